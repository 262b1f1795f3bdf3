import type { ICompactionRequest, ICompactionResponse } from 'etcd3/lib/rpc';
import { badArguments, Failure } from '../../base/errors.js';
import { bool, duration, uint } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import { printPlain } from '../../output/response.js';
import type { CommandSpec, Flags, Run } from '../command.js';

export const spec = {
  usage: 'compaction [options] <revision> | --keep N | --older-than AGE',
  description: `Drops the history before a revision: what the keys were then can no longer be read or watched. The space is given back by defrag.

In place of the revision, --keep says how many of the newest stay, and --older-than how old history may be. etcd keeps no times: an age is found by the creationTimestamp of Kubernetes' objects (each is the time of its key's first revision), and what is younger is never dropped.`,
  examples: [
    'ketcdctl compaction 4711',
    'ketcdctl compaction --physical 4711 # return when the space is free',
    'ketcdctl compaction --keep 10000',
    'ketcdctl compaction --older-than 1h',
  ],
  flags: {
    physical: bool('wait until all members have freed the space in their databases'),
    keep: uint('keep the newest N revisions', { value: 'N', own: true }),
    olderThan: duration('drop what is older than that, by the times of Kubernetes’ objects', {
      value: 'AGE',
      own: true,
    }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [text] = args;
  const byRule = flags.given('keep') || flags.given('olderThan');
  if (byRule ? args.length > 0 : text === undefined || args.length > 1) {
    throw badArguments(
      'compaction command needs 1 argument',
      byRule ? 'a revision, --keep or --older-than' : undefined,
    );
  }
  const given = byRule ? undefined : parseRevision(text!);
  const format = outputFormat(context);
  const client = await context.connect();
  const revision = given ?? (await revisionByRule(client, flags));
  const response =
    revision === undefined ? undefined : await compact(client, { revision, physical: flags.physical }, byRule);
  if (revision === undefined || response === undefined) {
    await context.stderr.write('There is no older history: nothing was compacted\n');
    return;
  }
  await printPlain(context, format, {
    message: 'CompactionResponse',
    response,
    text: `compacted revision ${revision}\n`,
  });
};

/** @returns undefined where a rule asks for what was compacted before */
async function compact(
  client: EtcdClient,
  request: ICompactionRequest,
  byRule: boolean,
): Promise<ICompactionResponse | undefined> {
  try {
    return await client.kv.compact(request);
  } catch (error) {
    if (byRule && (error as Failure).errorCode === 'compacted') return undefined;
    throw error;
  }
}

/** The revision that --keep or --older-than means; undefined where nothing is that old. */
async function revisionByRule(client: EtcdClient, flags: Flags<typeof spec>): Promise<string | undefined> {
  if (flags.given('keep') && flags.given('olderThan')) {
    throw badArguments('--keep and --older-than do not go together');
  }
  const { revisionBefore, revisionToKeep } = await import('../../repair/compaction-target.js');
  const revision = flags.given('keep')
    ? revisionToKeep(await newestRevision(client), flags.keep)
    : await revisionBefore(client, new Date(Date.now() - flags.olderThan));
  return revision === undefined ? undefined : String(revision);
}

async function newestRevision(client: EtcdClient): Promise<bigint> {
  const { header } = await client.kv.range({ key: Buffer.from([0]), count_only: true });
  return BigInt(header.revision);
}

/** A decimal number; etcdctl answers anything else with exit code 1. */
function parseRevision(text: string): string {
  const why = !/^[+-]?\d+$/.test(text) ? 'invalid syntax' : outOfRange(BigInt(text)) ? 'value out of range' : '';
  if (why === '') return String(BigInt(text));
  throw new Failure(`a revision is a whole number, not ${goQuote(text)}`, {
    etcdText: `strconv.ParseInt: parsing ${goQuote(text)}: ${why}`,
  });
}

function outOfRange(value: bigint): boolean {
  return BigInt.asIntN(64, value) !== value;
}
