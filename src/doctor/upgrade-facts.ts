/** What an upgrade of etcd depends on: of data directories, and of a running cluster. */
import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EtcdFile } from '../storage/mvcc/etcd-file.js';
import { storedMember } from '../storage/raft/stored-member.js';
import { readV2Store, type V2Store } from '../storage/raft/v2-store.js';

/** A member as the store of API v3, the bucket `members`, has it. */
export interface NamedMember {
  id: string;
  name: string;
  isLearner: boolean;
}

export interface DataDirFacts {
  path: string;
  members: NamedMember[];
  removed: string[];
  /** Undefined where it could not be read: {@link v2Problem}. */
  v2?: V2Store;
  v2Problem?: string;
  /** `3.6.0`; '' before 3.6. */
  storageVersion: string;
  /** Of the cluster, as it was last agreed on: `3.5.0`. */
  clusterVersion: string;
  dbBytes: number;
  freeBytes: number;
}

/** Reads a data directory; nothing is changed in it. @throws Failure when it has no database */
export function readDataDir(path: string): DataDirFacts {
  const dbPath = join(path, 'member', 'snap', 'db');
  const file = new EtcdFile(dbPath);
  try {
    const { root } = file.db;
    const members = [...(root.bucket('members')?.entries() ?? [])].map(([key, value]): NamedMember => {
      const { name = '', isLearner = false } = storedMember(key, value) ?? {};
      return { id: key.toString(), name, isLearner };
    });
    const removed = [...(root.bucket('members_removed')?.entries() ?? [])].map(([key]) => key.toString());
    const { bavail, bsize } = statfsSync(path);
    const facts: DataDirFacts = {
      path,
      members,
      removed,
      storageVersion: root.bucket('meta')?.get('storageVersion')?.toString() ?? '',
      clusterVersion: root.bucket('cluster')?.get('clusterVersion')?.toString() ?? '',
      dbBytes: statSync(dbPath).size,
      freeBytes: bavail * bsize,
    };
    try {
      facts.v2 = readV2Store(path);
    } catch (error) {
      facts.v2Problem = (error as Error).message;
    }
    return facts;
  } finally {
    file.close();
  }
}
