/**
 * A RangeResponse read where it lies. A response of many megabytes is the common case, and only its keys and values count: nothing is
 * copied, and a key's numbers are made into text only if they are asked for.
 */
import type { IKeyValue, IResponseHeader } from 'etcd3/lib/rpc';
import { decodeMessage } from '../rpc/codec.js';

/** An mvccpb.KeyValue inside of the message that it came in. */
export class KeyValue implements IKeyValue {
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  private created: number | bigint = 0;
  private modified: number | bigint = 0;
  private changes: number | bigint = 0;
  private leased: number | bigint = 0;

  /**
   * @param source the message's bytes; `start` and `end` bound this key-value in it.
   * @throws RangeError when the bytes are cut short.
   */
  constructor(
    readonly source: Buffer,
    readonly start: number,
    readonly end: number,
  ) {
    const cursor = new Cursor(source, start, end);
    while (cursor.at < end) {
      const tag = cursor.varint();
      if (tag === 0x0a) {
        this.keyEnd = cursor.skipBytes();
        this.keyStart = cursor.bytesStart;
      } else if (tag === 0x2a) {
        this.valueEnd = cursor.skipBytes();
        this.valueStart = cursor.bytesStart;
      } else if (tag === 0x10) this.created = cursor.varint();
      else if (tag === 0x18) this.modified = cursor.varint();
      else if (tag === 0x20) this.changes = cursor.varint();
      else if (tag === 0x30) this.leased = cursor.varint();
      else cursor.skip(Number(tag) & 7);
    }
  }

  get key(): Buffer {
    return this.source.subarray(this.keyStart, this.keyEnd);
  }
  get value(): Buffer {
    return this.source.subarray(this.valueStart, this.valueEnd);
  }
  get create_revision(): string {
    return String(this.created);
  }
  get mod_revision(): string {
    return String(this.modified);
  }
  get version(): string {
    return String(this.changes);
  }
  /** Signed, as etcd has it. */
  get lease(): string {
    return String(this.leased);
  }
}

/** A RangeResponse, or a part of one: its key-values in the order of the server. */
export interface RangePage {
  header: IResponseHeader;
  kvs: KeyValue[];
  more: boolean;
  /** How many keys the whole range has, whatever the limit. */
  count: string;
}

/** A page with nothing in it yet. */
export function emptyPage(): RangePage {
  return {
    header: { cluster_id: '0', member_id: '0', revision: '0', raft_term: '0' },
    kvs: [],
    more: false,
    count: '0',
  };
}

/**
 * Reads a RangeResponse.
 * @throws RangeError when the bytes are cut short or are no such message.
 */
export function readRangeResponse(source: Buffer): RangePage {
  const page = emptyPage();
  readRangeFields(page, source, 0, source.length);
  return page;
}

/** Reads whole fields of a RangeResponse into a page. */
export function readRangeFields(page: RangePage, source: Buffer, start: number, end: number): void {
  const cursor = new Cursor(source, start, end);
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 0x12) {
      const kvEnd = cursor.skipBytes();
      page.kvs.push(new KeyValue(source, cursor.bytesStart, kvEnd));
    } else if (tag === 0x0a) {
      const headerEnd = cursor.skipBytes();
      page.header = decodeMessage('ResponseHeader', source.subarray(cursor.bytesStart, headerEnd));
    } else if (tag === 0x18) page.more = cursor.varint() !== 0;
    else if (tag === 0x20) page.count = String(cursor.varint());
    else cursor.skip(Number(tag) & 7);
  }
}

/** Reads a RangeStreamResponse, which is a RangeResponse as its field 1. */
export function readRangeStreamResponse(source: Buffer): RangePage {
  const cursor = new Cursor(source, 0, source.length);
  let inner = source.subarray(0, 0);
  while (cursor.at < source.length) {
    if (cursor.varint() !== 0x0a) throw new RangeError(`no such field of a RangeStreamResponse, at byte ${cursor.at}`);
    const end = cursor.skipBytes();
    inner = source.subarray(cursor.bytesStart, end);
  }
  return readRangeResponse(inner);
}

/** Walks over protobuf's wire format without copying. */
class Cursor {
  /** Where the bytes begin that {@link skipBytes} went over last. */
  bytesStart = 0;

  constructor(
    private readonly source: Buffer,
    public at: number,
    private readonly end: number,
  ) {}

  /** A 64-bit varint as a signed number, exact: a bigint from 2^49 on. */
  varint(): number | bigint {
    const { source } = this;
    let value = 0;
    let scale = 1;
    for (let read = 0; read < 7; read++) {
      const byte = this.next(source);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    let wide = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.next(source);
      wide |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, wide);
    }
    throw new RangeError(`a number of more than 64 bits at byte ${this.at}`);
  }

  private next(source: Buffer): number {
    if (this.at >= this.end) throw new RangeError(`the message is cut short at byte ${this.at}`);
    return source[this.at++]!;
  }

  /** Goes over a length and its bytes; gives where they end. */
  skipBytes(): number {
    const length = Number(this.varint());
    this.bytesStart = this.at;
    return this.forward(length);
  }

  /** Goes over a field of a type that is not known. */
  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.forward(8);
    else if (wireType === 2) this.skipBytes();
    else if (wireType === 5) this.forward(4);
    else throw new RangeError(`no such wire type: ${wireType}, at byte ${this.at}`);
  }

  private forward(length: number): number {
    if (!(length >= 0 && length <= this.end - this.at)) {
      throw new RangeError(`${length} bytes are announced at byte ${this.at}, where ${this.end - this.at} are left`);
    }
    this.at += length;
    return this.at;
  }
}
