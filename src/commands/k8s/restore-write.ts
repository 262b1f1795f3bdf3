/** Writes what a restore has planned: in transactions, each key only over what was seen, with a journal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IKeyValue } from 'etcd3/lib/rpc';
import { errorLine, Failure } from '../../base/errors.js';
import { eachInFlight } from '../../base/in-flight.js';
import type { GuardedEnds } from '../../etcd/guarded-write.js';
import type { Cluster } from '../../k8s/cluster.js';
import { controllerManager } from '../../k8s/undelete/controller-manager.js';
import { Journal, type JournalEntry } from '../../k8s/undelete/journal.js';
import { inRounds } from '../../k8s/undelete/rounds.js';
import { type GuardedWrite, ObjectWriter } from '../../k8s/write.js';
import { RpcError } from '../../rpc/error.js';
import type { CommandContext } from '../command.js';
import { changedMeanwhile, tellKept } from './change.js';
import type { Plan } from './restore-plan.js';

/** A key to write; `now` is what it is to replace. */
interface Write extends Pick<JournalEntry, 'key' | 'round' | 'waits' | 'transaction' | 'isMade' | 'value'> {
  now: IKeyValue | undefined;
}

/** So long a controller-manager that runs may take to see what was written. */
const SETTLE_MS = 1000;

/** How many transactions are under way at a time. */
const IN_FLIGHT = 32;

interface WriteFlags {
  backupDir: string;
  journal: string;
}

/** @returns whether all were written */
export async function writePlans(
  context: CommandContext,
  target: Cluster,
  plans: readonly Plan[],
  flags: WriteFlags,
): Promise<boolean> {
  const writes = [...inRounds(plans)].flatMap(({ transactions, waits }, round) =>
    transactions.flatMap((some, transaction) =>
      some.map(({ key, value, now, isMade }): Write => ({ key, value, now, isMade, round, waits, transaction })),
    ),
  );
  const journal = Journal.create(
    flags.journal || undefined,
    context.env,
    await clusterId(target),
    writes.map(journalEntry),
  );
  await context.stderr.write(`the plan is kept in ${journal.path} until all is written\n`);
  return write(context, target, writes, journal, flags);
}

function journalEntry({ now, ...entry }: Write): JournalEntry {
  return { ...entry, was: now?.mod_revision ?? '0', lease: now?.lease ?? '0' };
}

type OpenJournal = ReturnType<typeof Journal.resume>;

/** The journal of a run that broke off. */
export async function openJournal(target: Cluster, path: string): Promise<OpenJournal> {
  return Journal.resume(path, await clusterId(target));
}

/** Writes what is left of a run that broke off: what it wrote without having been told so is known by its bytes. */
export async function resumeWriting(
  context: CommandContext,
  target: Cluster,
  { journal, left }: OpenJournal,
  flags: WriteFlags,
): Promise<boolean> {
  const writes: Write[] = [];
  let failed = 0;
  for (const { was, lease: _, ...entry } of left) {
    const { key, value, isMade } = entry;
    const [now] = (await target.client.kv.range({ key: Buffer.from(key) })).kvs;
    if (now?.value.equals(value)) {
      journal.done([key]);
      await context.stdout.write(`${key} is written already\n`);
    } else if ((now?.mod_revision ?? '0') === was) writes.push({ ...entry, now });
    else if (!(await tellChanged(context, { key, isMade }, was, now?.mod_revision ?? '0'))) failed++;
  }
  return (await write(context, target, writes, journal, flags)) && failed === 0;
}

async function write(
  context: CommandContext,
  target: Cluster,
  writes: readonly Write[],
  journal: Journal,
  flags: WriteFlags,
): Promise<boolean> {
  const writer = new ObjectWriter(target.client, flags.backupDir);
  const isStopped = (await controllerManager(target))?.isStopped ?? false;
  let failed = 0;
  let isEnded = false;
  try {
    for (const round of groupBy(writes, 'round')) {
      if (round[0]!.waits && !isStopped) await sleep(SETTLE_MS);
      for (const part of partsOf(groupBy(round, 'transaction'))) {
        const changed = await writePart(writer, part);
        const done = part.flat().filter((each) => !changed.has(each));
        journal.done(done.map(({ key }) => key));
        for (const { key, now } of done) await context.stdout.write(`${key} ${now ? 'overwritten' : 'restored'}\n`);
        for (const [each, found] of changed) {
          if (!(await tellChanged(context, each, each.now?.mod_revision ?? '0', found))) failed++;
        }
      }
    }
    isEnded = true;
  } catch (error) {
    await context.stdout.flush();
    await context.stderr.write(`go on with: ketcdctl k8s restore --journal ${journal.path}\n`);
    throw error;
  } finally {
    // What changed meanwhile will not be written by this plan: it is of no use any more.
    journal.end(isEnded);
    await tellKept(context, writer);
  }
  return failed === 0;
}

/**
 * Tells that a key was not written.
 * @param modRevision as it is now; '0': the key is not there
 * @returns whether it is as good
 */
async function tellChanged(
  context: CommandContext,
  { key, isMade }: Pick<Write, 'key' | 'isMade'>,
  was: string,
  modRevision: string,
): Promise<boolean> {
  const isAsGood = isMade && was === '0' && modRevision !== '0';
  const now = modRevision === '0' ? undefined : { mod_revision: modRevision };
  const text = isAsGood ? `${key} is there by itself meanwhile\n` : errorLine(changedMeanwhile(key, was, now).message);
  await context.stderr.write(text);
  return isAsGood;
}

/** So many transactions are noted in the journal together. */
const PART = 256;

function partsOf(transactions: readonly Write[][]): Write[][][] {
  const parts: Write[][][] = [];
  for (let at = 0; at < transactions.length; at += PART) parts.push(transactions.slice(at, at + PART));
  return parts;
}

/**
 * Writes some transactions, each but for the keys that changed meanwhile; the mod revisions of these as they are. What is new is
 * written many at a time, what replaces something one by one: only the value that was kept last can be taken back.
 */
async function writePart(writer: ObjectWriter, part: readonly Write[][]): Promise<Map<Write, string>> {
  const changed = new Map<Write, string>();
  const write = (transaction: readonly Write[]) => writeTransaction(writer, transaction, changed);
  const isNew = (transaction: readonly Write[]) => transaction.every(({ now }) => !now);
  await eachInFlight(part.filter(isNew), IN_FLIGHT, write);
  for (const transaction of part) if (!isNew(transaction)) await write(transaction);
  return changed;
}

async function writeTransaction(
  writer: ObjectWriter,
  transaction: readonly Write[],
  changed: Map<Write, string>,
): Promise<void> {
  for (let left = [...transaction]; left.length > 0; ) {
    const end = left.length > 1 ? await putAll(writer, left) : undefined;
    if (!end) return writeEach(writer, left, changed);
    if (end.done) return;
    const unchanged: Write[] = [];
    for (const [at, each] of left.entries()) {
      const now = end.modRevisions[at]!;
      if (now === (each.now?.mod_revision ?? '0')) unchanged.push(each);
      else changed.set(each, now);
    }
    if (unchanged.length === left.length) throw new Failure('etcd refuses to write keys that did not change');
    left = unchanged;
  }
}

/** Undefined where the server takes no transaction of several keys: kine, in k3s, or one with a lower limit. */
async function putAll(writer: ObjectWriter, writes: readonly Write[]): Promise<GuardedEnds | undefined> {
  try {
    return await writer.putAll(writes.map(guardedWrite));
  } catch (error) {
    if (error instanceof RpcError && REFUSED.test(error.message)) return undefined;
    throw error;
  }
}

const REFUSED = /unsupported transaction|too many operations|request is too large|not implemented/i;

async function writeEach(writer: ObjectWriter, writes: readonly Write[], changed: Map<Write, string>): Promise<void> {
  for (const each of writes) {
    const { put, old } = guardedWrite(each);
    const end = await writer.put(put, old);
    if (!end.done) changed.set(each, end.now?.mod_revision ?? '0');
  }
}

function guardedWrite({ key, value, now }: Write): GuardedWrite {
  return { put: { key: Buffer.from(key), value, ...(now && { lease: now.lease }) }, old: now };
}

/** Parts what is in the order of a number by that number. */
function groupBy(writes: readonly Write[], number: 'round' | 'transaction'): Write[][] {
  const groups: Write[][] = [];
  for (const each of writes) {
    const last = groups.at(-1);
    if (last && last[0]![number] === each[number]) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

async function clusterId(target: Cluster): Promise<string> {
  const { header } = await target.client.kv.range({ key: Buffer.from(target.root), count_only: true });
  if (header.cluster_id) return header.cluster_id;
  throw new Failure('etcd does not tell which cluster it is');
}
