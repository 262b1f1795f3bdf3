/**
 * The way back from a lost quorum on the node whose data is the newest. Each step is looked at before the next is told, so that the
 * command is run again after each, and goes on from what it finds.
 */
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FileInUse, withLock } from '../base/files/lock.js';
import { partName } from '../base/files/part-file.js';
import { syncDir, syncTree } from '../base/files/write.js';
import type { ListedMember } from '../doctor/facts.js';
import { dbOf } from '../storage/bolt/db-file.js';
import { newCluster } from '../storage/raft/membership.js';
import { walOwner } from '../storage/raft/wal-read.js';
import { restore } from '../storage/snapshot/restore.js';
import type { Candidate } from './candidates.js';
import type { Members } from './members.js';
import type { NodeCommands } from './node-commands.js';

export interface RecoverStep {
  title: string;
  isDone: boolean;
  /** What the user does; empty where `--yes` does it, or did. */
  commands: string[];
  note?: string;
}

/** What this node is like at this moment. */
export interface NodeState {
  dataDir: string;
  apiServerRuns: boolean;
  /** Whether the API server's manifest is out of the static pods' folder, as the first step asks. */
  apiServerIsAside: boolean;
  /** An etcd was started with --force-new-cluster and still has that option. */
  isForced: boolean;
  commands: NodeCommands;
}

/** Where the data goes before anything is changed, beside the data directory. */
export function copyOf(dataDir: string): string {
  return `${resolve(dataDir)}.before-recover`;
}

/**
 * The steps while nobody answers, up to the first that is not done.
 * @param act whether what can be done here is done: the copy, and a restore from another place
 */
export async function* stepsWithoutQuorum(
  newest: Candidate,
  node: NodeState,
  act: boolean,
): AsyncGenerator<RecoverStep> {
  const { commands, dataDir } = node;
  yield {
    title: 'no API server of this node writes to etcd',
    isDone: !node.apiServerRuns,
    commands: commands.stopApiServer,
    note: 'on the other master nodes, too',
  };
  yield { title: 'the etcd of this node is stopped', isDone: !(await isInUse(dataDir)), commands: commands.stopEtcd };
  const isHere = resolve(newest.path) === resolve(dataDir);
  yield await (isHere ? copyStep(dataDir, act) : restoreStep(newest, dataDir, act));
  yield {
    title: 'etcd runs as a cluster of this one member',
    isDone: false,
    commands: isHere
      ? commands.startAlone
      : [`chown -R --reference=${quoted(copyOf(dataDir))} ${quoted(dataDir)}`, ...commands.startEtcd],
    note: 'then run this command again: it goes on with what is left to do',
  };
}

async function isInUse(dataDir: string): Promise<boolean> {
  const db = dbOf(dataDir);
  if (!existsSync(db)) return false;
  try {
    return await withLock(db, 'exclusive', {}, () => false);
  } catch (error) {
    if (error instanceof FileInUse) return true;
    throw error;
  }
}

/** The data as it is, in case that what follows goes wrong. */
async function copyStep(dataDir: string, act: boolean): Promise<RecoverStep> {
  const copy = copyOf(dataDir);
  const title = `a copy of the data is at ${copy}`;
  if (!existsSync(copy) && act) {
    const part = partName(copy);
    try {
      cpSync(dataDir, part, { recursive: true, preserveTimestamps: true, errorOnExist: true, force: false });
      syncTree(part);
    } catch (error) {
      rmSync(part, { recursive: true, force: true });
      throw error;
    }
    renameSync(part, copy);
    syncDir(dirname(copy));
  }
  const isDone = existsSync(copy);
  return { title, isDone, commands: isDone ? [] : [`cp -a ${quoted(dataDir)} ${quoted(copy)}`], note: '--yes does it' };
}

/** The data of another member, or a snapshot, in place of this node's. */
async function restoreStep(newest: Candidate, dataDir: string, act: boolean): Promise<RecoverStep> {
  const copy = copyOf(dataDir);
  const title = `the data of ${newest.path} is at ${dataDir}, and what was there at ${copy}`;
  const self = memberAt(newest, existsSync(copy) ? copy : dataDir);
  const isDone = existsSync(copy) && existsSync(dbOf(dataDir));
  if (isDone) return { title, isDone, commands: [] };
  if (act && self !== undefined) {
    if (existsSync(dataDir) && !existsSync(copy)) renameSync(dataDir, copy);
    const [url = ''] = self.peerUrls;
    const cluster = await newCluster({
      name: self.name,
      initialCluster: `${self.name}=${url}`,
      initialClusterToken: 'recovered',
      initialAdvertisePeerUrls: [url],
    });
    const plain = { skipHashCheck: true, takeInUse: false, refuseExisting: false };
    await restore(cluster, { snapshot: dbPathOf(newest), dataDir, bumpRevision: BUMP, ...plain });
    return { title, isDone: true, commands: [] };
  }
  const name = self?.name ?? 'NAME';
  const url = self?.peerUrls[0] ?? 'PEER-URL';
  return {
    title,
    isDone: false,
    commands: [
      `mv ${quoted(dataDir)} ${quoted(copy)}`,
      `ketcdctl snapshot restore ${quoted(newest.path)} --skip-hash-check --kubernetes --data-dir ${quoted(dataDir)} --name ${quoted(name)} --initial-cluster ${quoted(`${name}=${url}`)} --initial-advertise-peer-urls ${quoted(url)}`,
    ],
    note: self === undefined ? 'NAME and PEER-URL are those of this node' : '--yes does it',
  };
}

/** Watchers of the old cluster must not take revisions of the new one for what they know: as `snapshot restore --kubernetes`. */
const BUMP = 1_000_000_000n;

function dbPathOf({ path, isDataDir }: Candidate): string {
  return isDataDir ? dbOf(path) : path;
}

/** The member that this node was, by the log that is there. */
function memberAt({ members }: Candidate, dataDir: string): ListedMember | undefined {
  const id = walOwner(`${dataDir}/member/wal`)?.memberId.toString(16);
  return members.find((member) => member.id === id && member.name !== '' && member.peerUrls.length > 0);
}

/** The steps when the one member answers, up to the first that is not done. @param before the members of the old cluster */
export function* stepsAlone(
  { all }: Members,
  before: readonly ListedMember[],
  node: NodeState,
): Generator<RecoverStep> {
  const { commands } = node;
  yield { title: 'etcd answers, with a leader', isDone: true, commands: [] };
  yield { title: 'etcd is no longer told --force-new-cluster', isDone: !node.isForced, commands: commands.endAlone };
  const known = new Set(all.flatMap(({ peerUrls }) => peerUrls));
  for (const { name, id, peerUrls } of before.filter((member) => !member.peerUrls.some((url) => known.has(url)))) {
    yield {
      title: `${name || id} is a member again`,
      isDone: false,
      commands: [
        `ketcdctl member add ${quoted(name || 'NAME')} --peer-urls ${quoted(peerUrls.join(','))} --learner --promote`,
      ],
      note: 'empty its data directory first, and start it with the settings that are printed',
    };
  }
  yield { title: 'the API server is not held back', isDone: !node.apiServerIsAside, commands: commands.startApiServer };
}

/** For a shell: names come out of files. */
function quoted(text: string): string {
  return /^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
