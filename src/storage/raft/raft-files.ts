/**
 * What a new member's raft log begins with (etcd: storage/wal, etcdserver/api/snap, raftpb): a WAL whose entries add each member, and a
 * snapshot that stands for these entries. Term is 1, and entry i adds the member i.
 */
import { join } from 'node:path';
import { writeNewFile } from '../../base/files/write.js';
import { bytesField, numberField } from '../../base/wire/fields.js';
import { crc32c } from '../crc32c.js';
import { goJson, hexId, memberJson, type NewCluster } from './membership.js';
import { RecordType, WalRecords, walFileName, writeWalFile } from './wal.js';

/** raftpb.EntryConfChange, and the only term so far. */
const CONF_CHANGE = 1;
const TERM = 1;

/** The WAL of a member that is to start in `cluster`. */
export function walBytes(cluster: NewCluster): Buffer {
  const { members, local } = cluster;
  const records = new WalRecords();
  records.add(RecordType.Crc);
  records.add(RecordType.Metadata, Buffer.concat([numberField(1, local.id), numberField(2, cluster.id)]));
  records.add(RecordType.Snapshot, Buffer.concat([numberField(1, 0), numberField(2, 0)]));
  members.forEach((member, i) => {
    const change = [numberField(1, 0), numberField(2, 0), numberField(3, member.id), bytesField(4, memberJson(member))];
    const entry = [
      numberField(1, CONF_CHANGE),
      numberField(2, TERM),
      numberField(3, i + 1),
      bytesField(4, Buffer.concat(change)),
    ];
    records.add(RecordType.Entry, Buffer.concat(entry));
  });
  const commit = members.length;
  records.add(
    RecordType.State,
    Buffer.concat([numberField(1, TERM), numberField(2, members[0]!.id), numberField(3, commit)]),
  );
  records.add(
    RecordType.Snapshot,
    Buffer.concat([numberField(1, commit), numberField(2, TERM), bytesField(3, confState(cluster))]),
  );
  return records.bytes();
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
  const name = `${hex16(TERM)}-${hex16(cluster.members.length)}.snap`;
  writeNewFile(join(snapDir, name), snapBytes(cluster), { mode: 0o644 });
  writeWalFile(join(walDir, walFileName(0n, 0n)), walBytes(cluster));
}
