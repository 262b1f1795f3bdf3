/**
 * The old store of a data directory: up to 3.5 it says who the members are, and holds the keys of API v2. Its state is that of the
 * newest snap file (JSON of server/etcdserver/api/v2store), changed by the entries of the log behind it.
 */
import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { bytesIn, numberIn, readFields } from '../../base/wire/fields.js';
import { newestSnapshot } from './snap-file.js';
import { type Entry, listDir, readWal } from './wal.js';

export interface V2Store {
  /** By their IDs in hexadecimal. */
  members: Map<string, { isLearner: boolean }>;
  removed: Set<string>;
  /** Keys of API v2, with the store's own prefix `/1` taken off: some of them, and how many there are. */
  keys: { some: string[]; inSnapshot: number; inLog: number };
}

/** A node of the store. */
interface StoreNode {
  Value?: string;
  Children?: Record<string, StoreNode> | null;
}

/** How many keys are kept by name; the others are only counted. */
const KEPT = 5;

/** @throws Failure when there is no log, or it is damaged */
export function readV2Store(dataDir: string, walDir = join(dataDir, 'member', 'wal')): V2Store {
  // Asked for first, as by etcdutl: without a log it is no data directory.
  listDir(walDir);
  const store: V2Store = { members: new Map(), removed: new Set(), keys: { some: [], inSnapshot: 0, inLog: 0 } };
  const snapshot = newestSnapshot(join(dataDir, 'member', 'snap'), () => {});
  if (snapshot && snapshot.store.length > 0) readSnapshot(store, snapshot.store);
  const log = readWal(walDir, snapshot?.index ?? 0n);
  for (const entry of log.entries) if (entry.index <= log.state.commit) applyEntry(store, entry);
  return store;
}

/** @throws Failure for what is not the store's JSON */
function readSnapshot(store: V2Store, json: Buffer): void {
  try {
    readNodes(store, (JSON.parse(json.toString('utf8')) as { Root?: StoreNode }).Root);
  } catch (error) {
    // Of another shape, or deeper than any key.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
      throw new Failure(`the old store in the snap file is broken: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function readNodes(store: V2Store, root: StoreNode | undefined): void {
  const machines = root?.Children?.['0']?.Children;
  for (const [id, node] of Object.entries(machines?.members?.Children ?? {})) {
    const raft = JSON.parse(node.Children?.raftAttributes?.Value ?? '{}') as { isLearner?: boolean };
    store.members.set(id, { isLearner: raft.isLearner === true });
  }
  for (const id of Object.keys(machines?.removed_members?.Children ?? {})) store.removed.add(id);
  const walk = (path: string, node: StoreNode | undefined) => {
    for (const [name, child] of Object.entries(node?.Children ?? {})) {
      keepKey(store, `${path}/${name}`);
      store.keys.inSnapshot++;
      walk(`${path}/${name}`, child);
    }
  };
  walk('', root?.Children?.['1']);
}

function keepKey({ keys }: V2Store, key: string): void {
  if (keys.some.length < KEPT && !keys.some.includes(key)) keys.some.push(key);
}

/** raftpb.EntryType, raftpb.ConfChangeType. */
const CONF_CHANGE = 1;
const Change = { AddNode: 0n, RemoveNode: 1n, UpdateNode: 2n, AddLearner: 3n } as const;

function applyEntry(store: V2Store, { type, data }: Entry): void {
  if (type === CONF_CHANGE) applyChange(store, data);
  else if (type === 0) findKey(store, data);
}

/** raftpb.ConfChange: type 2, node_id 3, context 4 (the member as JSON). */
function applyChange({ members, removed }: V2Store, data: Buffer): void {
  const change = readFields(data);
  const id = numberIn(change, 3).toString(16);
  const kind = numberIn(change, 2);
  if (kind === Change.RemoveNode) {
    members.delete(id);
    removed.add(id);
  } else if (kind === Change.AddNode) members.set(id, { isLearner: false });
  else if (kind === Change.AddLearner) members.set(id, { isLearner: true });
}

/**
 * A request of API v2 stands in the log by itself (etcdserverpb.Request: ID 1, a number; path 3), or as the field 2 of an
 * InternalRaftRequest, whose field 1 is a message. What begins with /1 is a user's.
 */
function findKey(store: V2Store, data: Buffer): void {
  let path: string | undefined;
  try {
    const fields = readFields(data);
    const isRequest = fields.some(({ number, value }) => number === 1 && typeof value === 'bigint');
    const request = isRequest ? fields : readFields(bytesIn(fields, 2) ?? Buffer.alloc(0));
    path = bytesIn(request, 3)?.toString('utf8');
  } catch {
    // Another kind of request.
    return;
  }
  if (path === undefined || !path.startsWith('/1/')) return;
  keepKey(store, path.slice(2));
  store.keys.inLog++;
}
