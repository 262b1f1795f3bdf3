/** Watches over WebSocket, as browsers open them: a message an event. Whatever else wants an upgrade gets a plain answer. */
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Answer } from './answer.js';

/** Browsers cannot send a header of their own: the token stands among the protocols that they offer. */
const BEARER = 'base64url.bearer.authorization.k8s.io.';
/** Clients of a watch have nothing to say. */
const MAX_MESSAGE = 4096;

let server: WebSocketServer | undefined;

/** The protocols that a client offers, in its order. */
function offered({ headers }: IncomingMessage): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
}

/** The token among the protocols, if there is one. */
export function tokenOfProtocols(incoming: IncomingMessage): string | undefined {
  const bearer = offered(incoming).find((each) => each.startsWith(BEARER));
  return bearer && Buffer.from(bearer.slice(BEARER.length), 'base64url').toString();
}

/** Whether it is this kind of upgrade that is asked for. */
export function isWebSocket({ headers }: IncomingMessage): boolean {
  return /^websocket$/i.test(headers.upgrade ?? '');
}

/** Sends the events of a watch, each when the last one has gone out. */
export function sendEvents(incoming: IncomingMessage, socket: Duplex, head: Buffer, { body }: Answer): void {
  server ??= new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (protocols) => [...protocols].find((each) => !each.startsWith(BEARER)) ?? false,
  });
  server.handleUpgrade(incoming, socket, head, (client) => {
    client.on('error', () => client.terminate());
    void stream(client, body as AsyncIterable<string | Buffer>).catch(() => client.terminate());
  });
}

async function stream(client: WebSocket, events: AsyncIterable<string | Buffer>): Promise<void> {
  for await (const event of events) {
    await new Promise<void>((resolve, reject) => client.send(event, (error) => (error ? reject(error) : resolve())));
  }
  client.close();
}

/** An answer without the upgrade. */
export function refuseUpgrade(socket: Duplex, { status, contentType, body }: Answer): void {
  const content = Buffer.from(body as string | Buffer);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${content.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]));
}
