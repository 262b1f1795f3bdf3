/**
 * Raft's log on disk (etcd: server/storage/wal): segment files of records, each with the checksum of all data before it.
 *
 * A record's frame: a little-endian u64 with the record's length in its lower 56 bits, and above them, where there is padding, 0x80 and the
 * padding's length; the record (walpb.Record: type 1, crc 2, data 3); padding to 8 bytes. A length of 0 is the space behind the last record.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { writeNewFile } from '../../base/files/write.js';
import { systemText } from '../../base/go/errno.js';
import { bytesField, bytesIn, numberField, numberIn, readFields, type WireField } from '../../base/wire/fields.js';
import { crc32c } from '../crc32c.js';

/** Types of walpb.Record. */
export const RecordType = { Metadata: 1, Entry: 2, State: 3, Crc: 4, Snapshot: 5 } as const;

/** A WAL file has its full length from the start. */
const SEGMENT_BYTES = 64_000_000;

/** Records that are put one behind the other. */
export class WalRecords {
  private readonly parts: Buffer[] = [];
  private crc = 0;

  add(type: number, data?: Buffer): void {
    if (data) this.crc = crc32c(data, this.crc);
    const fields = [numberField(1, type), numberField(2, this.crc)];
    if (data) fields.push(bytesField(3, data));
    const record = Buffer.concat(fields);
    const padding = (8 - (record.length % 8)) % 8;
    const head = Buffer.alloc(8);
    head.writeUInt32LE(record.length);
    if (padding > 0) head[7] = 0x80 | padding;
    this.parts.push(head, record, Buffer.alloc(padding));
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** The name of the segment that begins with the entry `index`. */
export function walFileName(sequence: bigint, index: bigint): string {
  return `${hex16(sequence)}-${hex16(index)}.wal`;
}

function hex16(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

/** Writes a segment at its full length and on to the disk. */
export function writeWalFile(path: string, records: Buffer): void {
  writeNewFile(path, records, { mode: 0o600, size: SEGMENT_BYTES });
}

/** raftpb.Entry. */
export interface Entry {
  /** 0: a request (or nothing, where a leader began), 1 and 2: a change of the members. */
  type: number;
  term: bigint;
  index: bigint;
  data: Buffer;
}

export interface Wal {
  /** etcdserverpb.Metadata: the member's and the cluster's IDs. */
  metadata: Buffer;
  /** raftpb.HardState. */
  state: { term: bigint; vote: bigint; commit: bigint };
  /** The entries after the one that was asked for. */
  entries: Entry[];
}

/**
 * Reads the log from the entry after `after` on. A last record that is cut short is passed over: its write was never confirmed.
 * @throws Failure when there is no log with that entry, or it is damaged
 */
export function readWal(dir: string, after: bigint): Wal {
  const wal: Wal = { metadata: Buffer.alloc(0), state: { term: 0n, vote: 0n, commit: 0n }, entries: [] };
  let crc = 0;
  const names = segmentsFrom(dir, after);
  for (const name of names) {
    for (const record of readRecords(join(dir, name), name === names.at(-1))) {
      if (record.type === RecordType.Crc) {
        if (crc !== 0 && crc !== record.crc) throw damaged(join(dir, name), record);
        crc = record.crc;
        continue;
      }
      crc = crc32c(record.data, crc);
      if (crc !== record.crc) throw damaged(join(dir, name), record);
      inRecord(join(dir, name), record.offset, () => take(wal, record, after));
    }
  }
  return wal;
}

interface WalRecord {
  type: number;
  crc: number;
  data: Buffer;
  /** Where its frame begins in the file. */
  offset: number;
}

function damaged(path: string, { offset, crc }: WalRecord): Failure {
  return new Failure(`${path}: the record at byte ${offset} does not have the checksum ${crc} that it should have`);
}

/** The segments in their order, from the one that has the entry behind `after`. */
function segmentsFrom(dir: string, after: bigint): string[] {
  const names = listDir(dir)
    .filter((name) => /^[\da-f]{16}-[\da-f]{16}\.wal$/.test(name))
    .sort();
  const first = names.findLastIndex((name) => BigInt(`0x${name.slice(17, 33)}`) <= after);
  if (first < 0) throw new Failure(`${dir}: no WAL file has the entry ${after}`);
  const wanted = names.slice(first);
  const start = BigInt(`0x${wanted[0]!.slice(0, 16)}`);
  if (wanted.some((name, i) => BigInt(`0x${name.slice(0, 16)}`) !== start + BigInt(i))) {
    throw new Failure(`${dir}: a WAL file is missing between ${wanted[0]} and ${wanted.at(-1)}`);
  }
  return wanted;
}

/** @throws Failure when the folder cannot be read */
export function listDir(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    throw new Failure(`open ${dir}: ${systemText(error)}`, { cause: error });
  }
}

/** @param last whether the file's end may be torn */
function* readRecords(path: string, last: boolean): Generator<WalRecord> {
  const file = readFileSync(path);
  for (let offset = 0; offset + 8 <= file.length; ) {
    const length = file.readUInt32LE(offset) + file.readUInt16LE(offset + 4) * 2 ** 32;
    const flag = file[offset + 7]!;
    const padding = flag & 0x80 ? flag & 7 : 0;
    if (length === 0 && flag === 0) return;
    const end = offset + 8 + length;
    if (end + padding > file.length) {
      if (last) return;
      throw new Failure(`${path}: the record at byte ${offset} ends at ${end}, the file at ${file.length}`);
    }
    const fields = inRecord(path, offset, () => readFields(file.subarray(offset + 8, end)));
    yield {
      type: Number(numberIn(fields, 1)),
      crc: Number(numberIn(fields, 2)),
      data: bytesIn(fields, 3) ?? Buffer.alloc(0),
      offset,
    };
    offset = end + padding;
  }
}

/**
 * The fields of an entry's request, or of a message in it.
 * @throws Failure where it is no message
 */
export function requestFields(bytes: Buffer): WireField[] {
  try {
    return readFields(bytes);
  } catch (error) {
    throw new Failure(`the log has an entry that is no request: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws Failure that says in which record `read` found what is no message */
function inRecord<T>(path: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Failure(`${path}: the record at byte ${offset}: ${(error as Error).message}`, { cause: error });
  }
}

function take(wal: Wal, { type, data }: WalRecord, after: bigint): void {
  if (type === RecordType.Metadata) wal.metadata = Buffer.from(data);
  else if (type === RecordType.State) {
    const fields = readFields(data);
    wal.state = { term: numberIn(fields, 1), vote: numberIn(fields, 2), commit: numberIn(fields, 3) };
  } else if (type === RecordType.Entry) {
    const fields = readFields(data);
    const entry = {
      type: Number(numberIn(fields, 1)),
      term: numberIn(fields, 2),
      index: numberIn(fields, 3),
      data: bytesIn(fields, 4) ?? Buffer.alloc(0),
    };
    // A later leader overwrites what an earlier one did not get committed.
    const place = Number(entry.index - after) - 1;
    if (place >= 0) wal.entries.splice(place, Number.POSITIVE_INFINITY, entry);
  }
}
