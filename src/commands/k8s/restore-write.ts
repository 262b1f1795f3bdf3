/** Writes what a restore has planned: in waves, each key only over what was seen, with a journal. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import { errorLine, Failure } from '../../base/errors.js';
import { eachInFlight } from '../../base/in-flight.js';
import type { GuardedEnd } from '../../etcd/guarded-write.js';
import type { Cluster } from '../../k8s/cluster.js';
import { Journal, type JournalEntry } from '../../k8s/undelete/journal.js';
import { ObjectWriter } from '../../k8s/write.js';
import type { CommandContext } from '../command.js';
import { changedMeanwhile, tellKept } from './change.js';
import { type Plan, wavesOf } from './restore-plan.js';

/**
 * How many keys are written at a time. One transaction each: a watch of the API server is to see each object of a resource at a
 * revision of its own, as it goes on after a revision.
 */
const IN_FLIGHT = 32;

/** A key to write; `now` is what it is to replace. */
interface Write {
  key: string;
  value: Buffer;
  now: IKeyValue | undefined;
  wave: number;
}

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
  const waves = wavesOf(plans.map(({ member }) => member));
  const writes = plans.map(({ key, value, now, member }): Write => ({ key, value, now, wave: waves.get(member)! }));
  const journal = Journal.create(
    flags.journal || undefined,
    context.env,
    await clusterId(target),
    writes.map(journalEntry),
  );
  await context.stderr.write(`the plan is kept in ${journal.path} until all is written\n`);
  return write(context, target, writes, journal, flags);
}

function journalEntry({ key, value, now, wave }: Write): JournalEntry {
  return { key, wave, was: now?.mod_revision ?? '0', lease: now?.lease ?? '0', value };
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
  for (const { key, wave, was, value } of left) {
    const [now] = (await target.client.kv.range({ key: Buffer.from(key) })).kvs;
    if (now?.value.equals(value)) {
      journal.done([key]);
      await context.stdout.write(`${key} is written already\n`);
    } else if ((now?.mod_revision ?? '0') === was) writes.push({ key, value, now, wave });
    else {
      failed++;
      await context.stderr.write(errorLine(changedMeanwhile(key, was, now).message));
    }
  }
  return (await write(context, target, writes, journal, flags, failed)) && failed === 0;
}

async function write(
  context: CommandContext,
  target: Cluster,
  writes: readonly Write[],
  journal: Journal,
  flags: WriteFlags,
  failedBefore = 0,
): Promise<boolean> {
  const writer = new ObjectWriter(target.client, flags.backupDir);
  let failed = failedBefore;
  let isEnded = false;
  try {
    for (const wave of inWaves(writes)) {
      const ends = await writeWave(writer, wave);
      journal.done(wave.filter((each) => ends.get(each)?.done).map(({ key }) => key));
      for (const each of wave) {
        const end = ends.get(each)!;
        if (end.done) await context.stdout.write(`${each.key} ${each.now ? 'overwritten' : 'restored'}\n`);
        else {
          failed++;
          const { message } = changedMeanwhile(each.key, each.now?.mod_revision ?? '0', end.now);
          await context.stderr.write(errorLine(message));
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

/** What replaces something goes one by one, after its old value is kept; what is new, many at a time. */
async function writeWave(writer: ObjectWriter, wave: readonly Write[]): Promise<Map<Write, GuardedEnd>> {
  const ends = new Map<Write, GuardedEnd>();
  const put = async (each: Write) => {
    const { key, value, now } = each;
    ends.set(each, await writer.put({ key: Buffer.from(key), value, ...(now && { lease: now.lease }) }, now));
  };
  await eachInFlight(
    wave.filter(({ now }) => !now),
    IN_FLIGHT,
    put,
  );
  for (const each of wave) if (each.now) await put(each);
  return ends;
}

function* inWaves(writes: readonly Write[]): Generator<Write[]> {
  let wave: Write[] = [];
  for (const each of writes) {
    if (wave.length > 0 && wave[0]!.wave !== each.wave) {
      yield wave;
      wave = [];
    }
    wave.push(each);
  }
  if (wave.length > 0) yield wave;
}

async function clusterId(target: Cluster): Promise<string> {
  const { header } = await target.client.kv.range({ key: Buffer.from(target.root), count_only: true });
  if (header.cluster_id) return header.cluster_id;
  throw new Failure('etcd does not tell which cluster it is');
}
