/** Writes an answer to a client at the client's pace, compressed where that is worth it. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Answer } from './answer.js';

/** Answers of fewer bytes are not compressed; the API server has the same bound. */
const WORTH_COMPRESSING = 128 << 10;
/** How many bytes are held back before the head is sent: an error until then can still become a status line. */
const HELD_BACK = 1 << 20;
/** The fastest level: the API server's. */
const LEVEL = 1;
/** A client that takes nothing for so long is given up: milliseconds. */
const STUCK_MS = 120_000;

export interface SendOptions {
  /** The client takes gzip. */
  gzip: boolean;
  /** The head alone is wanted. */
  isHead: boolean;
}

export async function send(response: ServerResponse, answer: Answer, options: SendOptions): Promise<void> {
  const { body } = answer;
  if (typeof body === 'string' || Buffer.isBuffer(body)) await sendWhole(response, answer, bytesOf(body), options);
  else if (answer.isLive) await sendLive(response, answer, body);
  else await sendPieces(response, answer, body[Symbol.asyncIterator](), options);
}

async function sendWhole(response: ServerResponse, answer: Answer, body: Buffer, options: SendOptions): Promise<void> {
  if (options.gzip && body.length > WORTH_COMPRESSING) {
    await sendPieces(response, answer, single(body), options);
    return;
  }
  head(response, answer, { 'Content-Length': String(body.length) });
  response.end(options.isHead ? undefined : body);
}

async function* single(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

/** Each event at once, and none before the last one was taken. */
async function sendLive(response: ServerResponse, answer: Answer, body: AsyncIterable<string | Buffer>): Promise<void> {
  head(response, answer, {});
  response.flushHeaders();
  for await (const piece of body) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response, undefined);
  }
  response.end();
}

async function sendPieces(
  response: ServerResponse,
  answer: Answer,
  pieces: AsyncIterator<string | Buffer>,
  { gzip, isHead }: SendOptions,
): Promise<void> {
  const held: Buffer[] = [];
  let size = 0;
  let next = await pieces.next();
  for (; !next.done && size < HELD_BACK; next = await pieces.next()) {
    const piece = bytesOf(next.value);
    held.push(piece);
    size += piece.length;
  }
  const isWhole = next.done === true;
  const isCompressed = gzip && size > WORTH_COMPRESSING;
  const told = answer.warnings?.length ?? 0;
  head(response, answer, {
    ...(isWhole && !isCompressed && { 'Content-Length': String(size) }),
    ...(!isWhole && { Trailer: 'Warning' }),
    ...(isCompressed && { 'Content-Encoding': 'gzip' }),
    Vary: 'Accept-Encoding',
  });
  if (isHead) {
    await pieces.return?.();
    response.end();
    return;
  }
  const out = isCompressed ? compressed(response) : response;
  for (const piece of held) if (!out.write(piece)) await drained(out, response);
  for (; !next.done; next = await pieces.next()) {
    if (response.destroyed) {
      await pieces.return?.();
      return;
    }
    if (!out.write(next.value)) await drained(out, response);
    else await turn();
  }
  const late = answer.warnings?.slice(told) ?? [];
  if (late.length > 0) response.addTrailers({ Warning: warningOf(late[0]!) });
  out.end();
  if (!response.writableFinished) await Promise.race([once(response, 'finish'), once(response, 'close')]);
}

function bytesOf(piece: string | Buffer): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

function compressed(response: ServerResponse): Writable {
  const gzip = createGzip({ level: LEVEL });
  gzip.pipe(response);
  gzip.on('error', () => response.destroy());
  return gzip;
}

/** Lets others have their turn: what is read from a file comes without a pause. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Waits until there is room, or nobody reads any more.
 * @param response what `out` leads to, where it is not the response
 */
function drained(out: Writable, response: ServerResponse | undefined): Promise<void> {
  const target = response ?? (out as ServerResponse);
  return new Promise((resolve) => {
    const timer = setTimeout(() => target.destroy(), STUCK_MS);
    const done = () => {
      clearTimeout(timer);
      out.off('drain', done);
      target.off('close', done);
      resolve();
    };
    out.on('drain', done);
    target.on('close', done);
    if (target.destroyed) done();
  });
}

function head(response: ServerResponse, answer: Answer, more: Record<string, string>): void {
  const { status, contentType, warnings = [] } = answer;
  response.writeHead(status, {
    'Content-Type': contentType,
    'Cache-Control': 'no-cache, private',
    ...(warnings.length > 0 && { Warning: warnings.slice(0, MOST_WARNINGS).map(warningOf) }),
    ...more,
  });
}

/** More of them would not fit into what clients take as a head. */
const MOST_WARNINGS = 20;

/** RFC 7234: a code for what is not standard, nobody's name, and the text in quotes. */
function warningOf(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 400);
  return `299 - "${clean.replace(/(["\\])/g, '\\$1')}"`;
}
