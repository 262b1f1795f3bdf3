import { Http2Connection } from '../../src/connection/http2/connection.js';
import { frame } from '../../src/connection/http2/frames.js';
import { HpackEncoder } from '../../src/connection/http2/hpack/encoder.js';
import type { Field } from '../../src/connection/http2/hpack/tables.js';
import { ErrorCode, Flag, FrameType, PREFACE } from '../../src/connection/http2/protocol.js';
import type { Socket, SocketListener } from '../../src/connection/http2/socket.js';
import type { Http2Stream, StreamEnd } from '../../src/connection/http2/stream.js';

/** A frame as it was sent. */
export interface SentFrame {
  type: number;
  flags: number;
  streamId: number;
  payload: Buffer;
}

/** A stream as its listener saw it. */
export interface Seen {
  stream: Http2Stream;
  status?: number;
  headers?: ReadonlyMap<string, string>;
  body: Buffer;
  trailers?: ReadonlyMap<string, string>;
  end?: StreamEnd;
}

const ERROR_NAMES = new Map<number | undefined, string>(Object.entries(ErrorCode).map(([name, code]) => [code, name]));

/** A connection whose server is the test: what it sends is handed in as frames, and what it receives is read from memory. */
export class ScriptedPeer implements Socket {
  readonly connection: Http2Connection;
  /** How the connection ended. */
  error: Error | undefined;
  destroyed = false;
  full = false;
  private listener!: SocketListener;
  private readonly written: Uint8Array[] = [];
  private readonly encoder = new HpackEncoder();

  constructor() {
    this.connection = new Http2Connection(this, 'http', 'etcd:2379', {
      greeted: () => {},
      leaving: () => {},
      closed: (error) => {
        this.error = error;
      },
    });
  }

  start(listener: SocketListener): void {
    this.listener = listener;
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes));
    return !this.full;
  }

  drain(): void {
    this.full = false;
    this.listener.drained();
  }

  ref(): void {}
  unref(): void {}
  destroy(): void {
    this.destroyed = true;
  }

  /** The server's bytes. */
  receive(...bytes: Uint8Array[]): void {
    this.listener.data(Buffer.concat(bytes));
  }

  hangUp(error?: Error): void {
    this.listener.closed(error);
  }

  ask(path = '/Service/Method', fields: Field[] = []): Seen {
    const seen = { body: Buffer.alloc(0) } as Seen;
    seen.stream = this.connection.request(path, fields, {
      head: (status, headers) => Object.assign(seen, { status, headers }),
      data: (piece) => {
        seen.body = Buffer.concat([seen.body, piece]);
      },
      trailers: (headers) => {
        seen.trailers = headers;
      },
      closed: (end) => {
        if (seen.end) throw new Error('it ended twice');
        seen.end = end;
      },
    });
    return seen;
  }

  /** A header block in one frame. */
  headers(streamId: number, fields: Field[], flags: number = Flag.END_HEADERS): Buffer {
    return frame(FrameType.HEADERS, flags, streamId, this.encoder.encode(fields));
  }

  data(streamId: number, content: string | Uint8Array, flags = 0): Buffer {
    return frame(FrameType.DATA, flags, streamId, Buffer.from(content));
  }

  /** What the client sent so far: the frames behind its preface. */
  async sent(): Promise<SentFrame[]> {
    await Promise.resolve();
    const bytes = Buffer.concat(this.written);
    if (!bytes.subarray(0, PREFACE.length).equals(Buffer.from(PREFACE))) throw new Error('no preface');
    return readFrames(bytes.subarray(PREFACE.length));
  }

  /** The code of the last GOAWAY or RST_STREAM that was sent, by name. */
  async complaint(type: number): Promise<string | undefined> {
    const complaint = (await this.sent()).findLast((one) => one.type === type);
    return complaint && ERROR_NAMES.get(complaint.payload.readUInt32BE(type === FrameType.GOAWAY ? 4 : 0));
  }
}

/** The frames that are whole in `bytes`. */
export function readFrames(bytes: Buffer): SentFrame[] {
  const frames: SentFrame[] = [];
  let pos = 0;
  while (pos + 9 <= bytes.length) {
    const end = pos + 9 + bytes.readUIntBE(pos, 3);
    if (end > bytes.length) break;
    const [type = 0, flags = 0] = bytes.subarray(pos + 3);
    frames.push({ type, flags, streamId: bytes.readUInt32BE(pos + 5), payload: bytes.subarray(pos + 9, end) });
    pos = end;
  }
  return frames;
}

/** SETTINGS as servers send them first. */
export function serverSettings(...settings: [id: number, value: number][]): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  settings.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  });
  return frame(FrameType.SETTINGS, 0, 0, payload);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}
