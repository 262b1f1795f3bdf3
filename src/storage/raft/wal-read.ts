/** Reads whose WAL it is, which is what a data directory tells beside its database (etcd: server/storage/wal). */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Reader } from 'protobufjs/minimal.js';

/** Type of the walpb.Record that every WAL file has near its beginning. */
const METADATA = 1;

/** The records before the metadata are short. */
const HEAD_BYTES = 4096;

export interface WalOwner {
  memberId: bigint;
  clusterId: bigint;
}

/** The member that wrote a WAL; undefined where there is no WAL that can be read. */
export function walOwner(dir: string): WalOwner | undefined {
  try {
    const last = readdirSync(dir)
      .filter((name) => name.endsWith('.wal'))
      .sort()
      .at(-1);
    return last === undefined ? undefined : ownerIn(headOf(join(dir, last)));
  } catch {
    return undefined;
  }
}

function headOf(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.subarray(0, readSync(fd, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}

/** Frames as raft-files.ts writes them: a length of 56 bits, how much padding follows, the record. */
function ownerIn(bytes: Buffer): WalOwner | undefined {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    const padding = bytes[at + 7]! & 0x80 ? bytes[at + 7]! & 7 : 0;
    if (length === 0) return undefined;
    const found = parseRecord(bytes.subarray(at + 8, at + 8 + length));
    if (found.type === METADATA) return parseMetadata(found.data);
    at += 8 + length + padding;
  }
  return undefined;
}

/** walpb.Record. */
function parseRecord(bytes: Buffer): { type: number; data: Uint8Array } {
  const record: { type: number; data: Uint8Array } = { type: 0, data: Buffer.alloc(0) };
  for (const reader = Reader.create(bytes); reader.pos < reader.len; ) {
    const tag = reader.uint32();
    if (tag === 0x08) record.type = reader.uint32();
    else if (tag === 0x1a) record.data = reader.bytes();
    else reader.skipType(tag & 7);
  }
  return record;
}

/** etcdserverpb.Metadata. */
function parseMetadata(bytes: Uint8Array): WalOwner {
  const owner = { memberId: 0n, clusterId: 0n };
  for (const reader = Reader.create(bytes as Buffer); reader.pos < reader.len; ) {
    const tag = reader.uint32();
    if (tag === 0x08) owner.memberId = BigInt(reader.uint64().toString());
    else if (tag === 0x10) owner.clusterId = BigInt(reader.uint64().toString());
    else reader.skipType(tag & 7);
  }
  return owner;
}
