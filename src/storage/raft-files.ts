/**
 * What a new member's raft log begins with (etcd: storage/wal, etcdserver/api/snap, raftpb): a WAL whose entries add each member, and a
 * snapshot that stands for these entries. Term is 1, and entry i adds the member i.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from './crc32c.js';
import { goJson, hexId, memberJson, type NewCluster } from './membership.js';
import { bytesField, numberField } from './proto2.js';

/** Types of walpb.Record. */
const METADATA = 1;
const ENTRY = 2;
const STATE = 3;
const CRC = 4;
const SNAPSHOT = 5;

/** A WAL file has its full length from the start. */
const SEGMENT_BYTES = 64_000_000;

/** raftpb.EntryConfChange, and the only term so far. */
const CONF_CHANGE = 1;
const TERM = 1;

/** The records of a WAL, each with the checksum of all data up to it. */
class WalRecords {
  readonly parts: Buffer[] = [];
  private crc = 0;

  /** A frame: length and padding as a little-endian u64, the padding's top bit set where there is one; the record; padding to 8 bytes. */
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
}

/** The WAL of a member that is to start in `cluster`. */
export function walBytes(cluster: NewCluster): Buffer {
  const { members, local } = cluster;
  const records = new WalRecords();
  records.add(CRC);
  records.add(METADATA, Buffer.concat([numberField(1, local.id), numberField(2, cluster.id)]));
  records.add(SNAPSHOT, Buffer.concat([numberField(1, 0), numberField(2, 0)]));
  members.forEach((member, i) => {
    const change = [numberField(1, 0), numberField(2, 0), numberField(3, member.id), bytesField(4, memberJson(member))];
    const entry = [
      numberField(1, CONF_CHANGE),
      numberField(2, TERM),
      numberField(3, i + 1),
      bytesField(4, Buffer.concat(change)),
    ];
    records.add(ENTRY, Buffer.concat(entry));
  });
  const commit = members.length;
  records.add(STATE, Buffer.concat([numberField(1, TERM), numberField(2, members[0]!.id), numberField(3, commit)]));
  records.add(
    SNAPSHOT,
    Buffer.concat([numberField(1, commit), numberField(2, TERM), bytesField(3, confState(cluster))]),
  );
  return Buffer.concat(records.parts);
}

/** raftpb.ConfState: all members vote. */
function confState({ members }: NewCluster): Buffer {
  return Buffer.concat([...members.map(({ id }) => numberField(1, id)), numberField(5, 0)]);
}

/** The snap file: a checksum, and a raftpb.Snapshot with the members as the API v2's store has them. */
export function snapBytes(cluster: NewCluster): Buffer {
  const metadata = [bytesField(1, confState(cluster)), numberField(2, cluster.members.length), numberField(3, TERM)];
  const snapshot = Buffer.concat([bytesField(1, storeJson(cluster)), bytesField(2, Buffer.concat(metadata))]);
  return Buffer.concat([numberField(1, crc32c(snapshot)), bytesField(2, snapshot)]);
}

/** A node of the v2 store. `index` is the change that made it. */
function node(
  path: string,
  index: number,
  value: string,
  children: Record<string, unknown> | null,
): Record<string, unknown> {
  return {
    Path: path,
    CreatedIndex: index,
    ModifiedIndex: index,
    ExpireTime: '0001-01-01T00:00:00Z',
    Value: value,
    Children: children,
  };
}

/** Length of the v2 store's event history, which is stored with its free places. */
const EVENTS = 1000;

/** The v2 store after each member was created in it: `/0` holds the cluster, `/1` is where keys would be. */
function storeJson({ members }: NewCluster): string {
  const nodes: Record<string, unknown> = {};
  const events: unknown[] = new Array(Math.max(EVENTS, members.length)).fill(null);
  const byPath = members.map((member, i) => ({ member, index: i + 1 }));
  byPath.sort((a, b) => (hexId(a.member.id) < hexId(b.member.id) ? -1 : 1));
  for (const { member, index } of byPath) {
    const path = `/0/members/${hexId(member.id)}`;
    const value = goJson({ peerURLs: member.peerUrls });
    nodes[hexId(member.id)] = node(path, index, '', {
      raftAttributes: node(`${path}/raftAttributes`, index, value, null),
    });
    const created = { key: `${path}/raftAttributes`, value, modifiedIndex: index, createdIndex: index };
    events[index - 1] = { action: 'create', node: created };
  }
  const count = members.length;
  return goJson({
    Root: node('/', 0, '', {
      0: node('/0', 0, '', { members: node('/0/members', 1, '', nodes) }),
      1: node('/1', 0, '', {}),
    }),
    WatcherHub: {
      EventHistory: {
        Queue: { Events: events, Size: count, Front: 0, Back: count, Capacity: EVENTS },
        StartIndex: 1,
        LastIndex: count,
      },
    },
    CurrentIndex: count,
    Stats: {
      getsSuccess: 0,
      getsFail: 0,
      setsSuccess: 0,
      setsFail: 0,
      deleteSuccess: 0,
      deleteFail: 0,
      updateSuccess: 0,
      updateFail: 0,
      createSuccess: count,
      createFail: 0,
      compareAndSwapSuccess: 0,
      compareAndSwapFail: 0,
      compareAndDeleteSuccess: 0,
      compareAndDeleteFail: 0,
      expireCount: 0,
      watchers: 0,
    },
    CurrentVersion: 2,
  });
}

/** A number as etcd's file names have it. */
function hex16(value: number): string {
  return value.toString(16).padStart(16, '0');
}

/** Writes WAL and snap file into their folders, which are there, and on to the disk. */
export function writeRaftFiles(cluster: NewCluster, walDir: string, snapDir: string): void {
  writeSynced(join(snapDir, `${hex16(TERM)}-${hex16(cluster.members.length)}.snap`), snapBytes(cluster), 0o644);
  writeSynced(join(walDir, `${hex16(0)}-${hex16(0)}.wal`), walBytes(cluster), 0o600, SEGMENT_BYTES);
}

/** @param length what the file is lengthened to, with zeros */
function writeSynced(path: string, bytes: Buffer, mode: number, length = bytes.length): void {
  const fd = openSync(path, 'w', mode);
  try {
    writeFileSync(fd, bytes);
    ftruncateSync(fd, length);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
