import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { encodeFrame } from '../../src/connection/grpc-frames.js';
import { encodeMessage } from '../../src/rpc/codec.js';
import type { MessageName } from '../../src/rpc/messages.js';
import type { Cleanup } from './etcd.js';

/** One call as a scripted server sees it. */
export interface ScriptedCall {
  path: string;
  headers: Record<string, unknown>;
  stream: ServerHttp2Stream;
  session: ServerHttp2Session;
  /** How many calls came before it. */
  index: number;
  /** Sends the headers of an answer. */
  open(headers?: Record<string, string | number>): void;
  /** Sends one message (after `open`). */
  send(type: MessageName, message: object): void;
  /** Ends with a status in trailers. */
  finish(code?: number, message?: string): void;
  /** An answer that is headers alone. */
  refuse(code: number, message: string): void;
}

export interface ScriptedServer {
  address: string;
  calls: ScriptedCall[];
  sessions: ServerHttp2Session[];
  server: Http2Server;
}

/** An HTTP/2 server on loopback that does with each call what the test says. */
export async function scriptedServer(owner: Cleanup, script: (call: ScriptedCall) => void): Promise<ScriptedServer> {
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  const calls: ScriptedCall[] = [];
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const call = scripted(stream, headers, calls.length);
    calls.push(call);
    script(call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as { port: number }).port}`, calls, sessions, server };
}

const GRPC = { ':status': 200, 'content-type': 'application/grpc' };

function scripted(stream: ServerHttp2Stream, headers: Record<string, unknown>, index: number): ScriptedCall {
  let trailers: Record<string, string> = { 'grpc-status': '0' };
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  return {
    path: String(headers[':path']),
    headers,
    stream,
    session: stream.session as ServerHttp2Session,
    index,
    open: (extra = {}) => stream.respond({ ...GRPC, ...extra }, { waitForTrailers: true }),
    send: (type, message) => stream.write(encodeFrame(encodeMessage(type, message))),
    finish: (code = 0, message = '') => {
      trailers = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) };
      stream.end();
    },
    refuse: (code, message) => {
      stream.respond(
        { ...GRPC, 'grpc-status': code, 'grpc-message': encodeURIComponent(message) },
        { endStream: true },
      );
    },
  };
}
