/** Data of members that a cluster without a quorum could go on from, and which of it is the newest. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedMember } from '../doctor/facts.js';
import { resolveDbPath } from '../storage/bolt/db-file.js';
import { EtcdFile } from '../storage/mvcc/etcd-file.js';
import { historyHash } from '../storage/mvcc/hash.js';
import { newestSnapshot } from '../storage/raft/snap-file.js';
import { storedMember } from '../storage/raft/stored-member.js';
import { readWal } from '../storage/raft/wal.js';

/** A data directory, or a snapshot file, which has no log. */
export interface Candidate {
  path: string;
  isDataDir: boolean;
  /** Whose it is; empty for a file. */
  memberId: string;
  name: string;
  /** The newest entry of the log that is known to be confirmed by a majority: what etcd goes on from when it is forced to. */
  commit: bigint;
  /** The last entry of the log and its term; of a file, what its database has. */
  lastIndex: bigint;
  lastTerm: bigint;
  /** Up to which entry the database has everything. */
  applied: bigint;
  revision: bigint;
  compacted: bigint;
  /** Bytes of the database. */
  size: number;
  modified: Date;
  /** The members of the cluster, as this one knew them. */
  members: ListedMember[];
  /** Of the history at a revision that all candidates have; undefined where there is none such. */
  hash?: { hash: number; revision: bigint };
}

/**
 * Reads what is given, and gives the newest first.
 * @throws Failure for a path that is neither a data directory nor a database, or is damaged
 */
export function readCandidates(paths: readonly string[]): Candidate[] {
  const candidates = paths.map(readCandidate);
  hashAll(candidates);
  return candidates.sort(byNewest);
}

/**
 * What was confirmed once never differs between members, so that of two the longer confirmed part holds the shorter. Between equals the
 * later log is the newer, by the rule by which members elect their leader.
 */
function byNewest(a: Candidate, b: Candidate): number {
  for (const fact of ['commit', 'lastTerm', 'lastIndex', 'revision'] as const) {
    if (a[fact] !== b[fact]) return a[fact] > b[fact] ? -1 : 1;
  }
  return 0;
}

function readCandidate(path: string): Candidate {
  const db = resolveDbPath(path);
  const file = new EtcdFile(path);
  try {
    const meta = file.db.root.bucket('meta');
    const applied = u64(meta?.get('consistent_index'));
    const term = u64(meta?.get('term'));
    const members = membersIn(file);
    const memberId = file.owner?.memberId.toString(16) ?? '';
    const { size, mtime } = statSync(db);
    return {
      path,
      isDataDir: file.owner !== undefined,
      memberId,
      name: members.find(({ id }) => id === memberId)?.name ?? '',
      ...(file.owner === undefined
        ? { commit: applied, lastIndex: applied, lastTerm: term }
        : logFacts(path, applied, term)),
      applied,
      revision: file.revision,
      compacted: file.compacted,
      size,
      modified: mtime,
      members,
    };
  } finally {
    file.close();
  }
}

/** Numbers of the log: it goes on where the newest snap file ends. */
function logFacts(path: string, applied: bigint, term: bigint): Pick<Candidate, 'commit' | 'lastIndex' | 'lastTerm'> {
  const member = join(path, 'member');
  const snapDir = join(member, 'snap');
  const snapshot = existsSync(snapDir) ? newestSnapshot(snapDir, () => {}) : undefined;
  const { state, entries } = readWal(join(member, 'wal'), snapshot?.index ?? 0n);
  const last = entries.at(-1) ?? { index: snapshot?.index ?? applied, term: snapshot?.term ?? term };
  const commit = [state.commit, snapshot?.index ?? 0n, applied].reduce((a, b) => (a > b ? a : b));
  return { commit, lastIndex: last.index, lastTerm: last.term };
}

function u64(value: Buffer | undefined): bigint {
  return value?.length === 8 ? value.readBigUInt64BE() : 0n;
}

function membersIn(file: EtcdFile): ListedMember[] {
  const entries = [...(file.db.root.bucket('members')?.entries() ?? [])];
  return entries.flatMap(([key, value]) => {
    const member = storedMember(key, value);
    return member ? [{ ...member, id: member.id.toString(16) }] : [];
  });
}

/** At the newest revision that all have, and for those alone whose history begins at the same place. */
function hashAll(candidates: readonly Candidate[]): void {
  const [revision = 0n] = candidates.map((each) => each.revision).sort((a, b) => Number(a - b));
  for (const candidate of candidates) {
    if (candidate.compacted > revision) continue;
    const file = new EtcdFile(candidate.path);
    try {
      candidate.hash = { hash: historyHash(file, revision).hash, revision };
    } finally {
      file.close();
    }
  }
}

/** Whether two candidates have different histories where both should have the same. */
export function differ(a: Candidate, b: Candidate): boolean {
  return a.hash !== undefined && b.hash !== undefined && a.compacted === b.compacted && a.hash.hash !== b.hash.hash;
}
