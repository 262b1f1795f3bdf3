/** One GET by HTTP/1.1 from a member's client port, for what gRPC does not tell: its metrics, its health. */
import { after } from '../base/timer.js';
import { dial } from './dial.js';
import { authorityOf, parseEndpoint, usesTls } from './endpoints.js';
import type { Socket } from './http2/socket.js';
import type { ConnectionOptions } from './options.js';
import { TlsSettings } from './tls-options.js';

const TIMEOUT_MS = 10_000;
/** Metrics of a member have some 100 KiB. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The body of `path`. The way to the member, and how it is verified, is that of calls.
 * @throws Error when it cannot be had, or the status is not 200.
 */
export async function httpGet(endpointText: string, path: string, options: ConnectionOptions): Promise<string> {
  const endpoint = parseEndpoint(endpointText, options.waitForReady);
  const tls = usesTls(endpoint, options) ? new TlsSettings(options) : undefined;
  const trace = options.trace ?? (() => {});
  const socket = await dial(endpoint, { tls, connectMs: TIMEOUT_MS, handshakeMs: TIMEOUT_MS, trace, alpn: 'http/1.1' });
  const request = `GET ${path} HTTP/1.1\r\nHost: ${authorityOf(endpoint)}\r\nConnection: close\r\n\r\n`;
  const { status, body } = parseResponse(await exchange(socket, request));
  if (status !== 200) throw new Error(`HTTP status ${status}`);
  return body.toString('utf8');
}

/** Sends a request and gives all that comes until the server closes the connection. */
function exchange(socket: Socket, request: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: Error) => {
      reject(error);
      socket.destroy();
    };
    const timer = after(TIMEOUT_MS, () => fail(new Error(`no answer within ${TIMEOUT_MS / 1000}s`)));
    socket.start({
      data: (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) fail(new Error(`an answer of more than ${MAX_BYTES} bytes`));
        else chunks.push(chunk);
      },
      drained: () => {},
      closed: (error) => {
        timer.cancel();
        if (error) reject(error);
        else resolve(Buffer.concat(chunks));
      },
    });
    socket.write(Buffer.from(request, 'latin1'));
  });
}

/**
 * Status and body of a response that ended with its connection (RFC 9112 §6.3).
 * @throws Error when it is none, or was cut short
 */
export function parseResponse(bytes: Buffer): { status: number; body: Buffer } {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, Math.max(0, end));
  const [, status] = /^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(head) ?? [];
  if (status === undefined) throw new Error('the answer is no HTTP/1.1');
  const rest = bytes.subarray(end + 4);
  if (/^transfer-encoding:.*\bchunked\s*$/im.test(head)) return { status: Number(status), body: joinChunks(rest) };
  const length = /^content-length:\s*(\d+)\s*$/im.exec(head)?.[1];
  if (length !== undefined && rest.length < Number(length)) throw cutShort();
  return { status: Number(status), body: rest.subarray(0, length === undefined ? rest.length : Number(length)) };
}

/** A body in chunks: the length of each in hexadecimal on a line of its own, 0 at the end (RFC 9112 §7.1). */
function joinChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let pos = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', pos);
    const hex = /^[0-9a-f]{1,8}(?=$|[ \t;])/i.exec(bytes.toString('latin1', pos, Math.max(pos, lineEnd)))?.[0];
    if (lineEnd < 0 || hex === undefined) throw cutShort();
    const start = lineEnd + 2;
    const length = Number.parseInt(hex, 16);
    if (length === 0) return Buffer.concat(chunks);
    if (start + length > bytes.length) throw cutShort();
    chunks.push(bytes.subarray(start, start + length));
    pos = start + length + 2;
  }
}

function cutShort(): Error {
  return new Error('the answer is cut short');
}
