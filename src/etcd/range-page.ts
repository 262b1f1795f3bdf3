/**
 * A RangeResponse read where it lies. A response of many megabytes is the common case, and only its keys and values count: nothing is
 * copied, and a key's numbers are made into text only if they are asked for.
 */
import type { IResponseHeader } from 'etcd3/lib/rpc';
import { Cursor } from '../base/wire/cursor.js';
import { KeyValue } from '../base/wire/key-value.js';
import { decodeMessage } from '../rpc/codec.js';

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
