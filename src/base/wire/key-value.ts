import type { IKeyValue } from 'etcd3/lib/rpc';
import { Cursor } from './cursor.js';

/** An mvccpb.KeyValue (etcd: api/mvccpb/kv.proto) inside of the message or the file page that it came in. */
export class KeyValue implements IKeyValue {
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Where the value's field begins, with its tag and length; where there is none, all three are 0. */
  valueField = 0;
  /** Whether there are fields that are none of a KeyValue. */
  hasOthers = false;
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
    readonly start = 0,
    readonly end = source.length,
  ) {
    const cursor = new Cursor(source, start, end);
    while (cursor.more) {
      const field = cursor.at;
      const tag = cursor.varint();
      if (tag === 0x0a) {
        this.keyEnd = cursor.skipBytes();
        this.keyStart = cursor.bytesStart;
      } else if (tag === 0x2a) {
        this.valueField = field;
        this.valueEnd = cursor.skipBytes();
        this.valueStart = cursor.bytesStart;
      } else if (tag === 0x10) this.created = cursor.varint();
      else if (tag === 0x18) this.modified = cursor.varint();
      else if (tag === 0x20) this.changes = cursor.varint();
      else if (tag === 0x30) this.leased = cursor.varint();
      else {
        this.hasOthers = true;
        cursor.skip(Number(tag) & 7);
      }
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
