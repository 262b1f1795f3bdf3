import { type IRangeRequest, SortOrder, SortTarget } from 'etcd3/lib/rpc';
import { atLeast, isDropIn, type Mode } from '../../base/contract.js';
import { badArguments, badFeature, ExitCode, type Failure } from '../../base/errors.js';
import { bool, int, longName, string } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { goQuote } from '../../base/go/quote.js';
import type { EtcdClient } from '../../etcd/client.js';
import { readRange, streamRange } from '../../etcd/range.js';
import type { RangePage } from '../../etcd/range-page.js';
import { visible } from '../../output/bytes.js';
import { type Format, outputFormat } from '../../output/format.js';
import type { RangeOptions } from '../../output/key-values.js';
import type { Printer } from '../../output/printer.js';
import { rangePrinter } from '../../output/range/index.js';
import { fromKeyRange, prefixRange } from '../../rpc/keys.js';
import { Code } from '../../rpc/status.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { SHOW_MANAGED_FIELDS } from './shared.js';

export const spec = {
  usage: 'get [options] <key> [range_end]',
  mostArgs: 2,
  description:
    'Prints a key, or the keys from <key> up to but not including <range_end>, with their values. A value that Kubernetes stored is shown as YAML (--decode none: its bytes).',
  examples: [
    'ketcdctl get /registry/pods/kube-system/etcd-master-1',
    'ketcdctl get --prefix --keys-only /registry/pods/',
    'ketcdctl get --prefix -w jsonl /registry/configmaps/default/',
    'ketcdctl --endpoints file:backup.db get --prefix /registry/secrets/ # out of a snapshot, without a server',
  ],
  complete: 'key',
  flags: {
    consistency: string('linearizable (l) or serializable (s)', { default: 'l', choices: ['l', 's'] }),
    order: string('order of the results; ASCEND or DESCEND', { choices: ['ASCEND', 'DESCEND'] }),
    sortBy: string('sort by CREATE, KEY, MODIFY, VALUE or VERSION', {
      choices: ['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'],
    }),
    limit: int('largest number of results (0: no limit)', { default: '0' }),
    prefix: bool('get all keys that begin with the key'),
    fromKey: bool('get all keys from the key on, in byte order'),
    rev: int('the revision to read (0: the newest)', { default: '0' }),
    keysOnly: bool('get the keys without their values'),
    countOnly: bool('get only the number of keys', { since: '3.5' }),
    printValueOnly: bool('print the values without their keys'),
    minCreateRev: int('only keys created at this revision or later', { default: '0', since: '3.6' }),
    maxCreateRev: int('only keys created at this revision or before', { default: '0', since: '3.6' }),
    minModRev: int('only keys changed at this revision or later', { default: '0', since: '3.6' }),
    maxModRev: int('only keys changed at this revision or before', { default: '0', since: '3.6' }),
    stream: bool('have the server stream the range', { since: '3.7' }),
    showManagedFields: SHOW_MANAGED_FIELDS,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const request = rangeRequest(context.mode, args, flags);
  const options: RangeOptions = {
    keysOnly: flags.keysOnly,
    valuesOnly: flags.printValueOnly,
    countOnly: flags.countOnly,
    managedFields: flags.showManagedFields,
  };
  const format = outputFormat(context);
  const client = await context.connect();
  const pages = flags.stream ? streamedPages(context, client, request, format) : readRange(client, request);
  let printer: Printer<RangePage> | undefined;
  let isEmpty = true;
  for await (const page of pages) {
    // etcdctl checks the format when it has the answer, and scripts see the server's error first.
    if (!printer) {
      checkFormat(context, format, options);
      printer = await rangePrinter(context, format, options);
    }
    await printer.print(page);
    isEmpty &&= page.kvs.length === 0;
  }
  await printer?.end?.();
  if (isEmpty && !options.countOnly) await tellNear(context, client, request, flags.prefix);
  return context.undecodable > 0 ? ExitCode.Error : ExitCode.Ok;
};

/** Says on a terminal what is near where there is nothing; a script's output stays empty. */
async function tellNear(
  context: CommandContext,
  client: EtcdClient,
  { key }: IRangeRequest,
  prefix: boolean,
): Promise<void> {
  const { mode, stdout, stderr, options } = context;
  if (isDropIn(mode) || !stdout.isTTY || options.writeOut !== 'simple' || !key) return;
  const { nearKeys } = await import('./near-keys.js');
  // A user who may not look around is told nothing.
  const near = await nearKeys(client, Buffer.from(key), prefix).catch(() => undefined);
  await stderr.write(`nothing found${near === undefined ? '' : `; ${visible(Buffer.from(near))}`}\n`);
}

/** The formats that begin with the header, which RangeStream sends last. */
const HEADER_FIRST: readonly Format[] = ['json', 'fields', 'protobuf'];

/**
 * The pages of `get --stream`. Where the answer has to begin with what the server tells last, pages give the same text with less held
 * back; in own mode they also stand in for RangeStream on a server that does not have it.
 */
async function* streamedPages(
  context: CommandContext,
  client: EtcdClient,
  request: IRangeRequest,
  format: Format,
): AsyncGenerator<RangePage> {
  const sorted = request.sort_order !== SortOrder.None || request.sort_target !== SortTarget.Key;
  if (HEADER_FIRST.includes(format) && !sorted) return yield* readRange(client, request);
  try {
    yield* streamRange(client, request);
  } catch (error) {
    // A server without the method, or an order that RangeStream does not have: told before the first page.
    const missing = (error as { code?: number }).code === Code.Unimplemented;
    if (!missing || isDropIn(context.mode)) throw error;
    yield* readRange(client, request);
  }
}

/**
 * The request that the arguments and flags of `get` mean.
 * @throws Failure with etcdctl's text and exit code when they contradict each other.
 */
export function rangeRequest(mode: Mode, args: string[], flags: Flags<typeof spec>): IRangeRequest {
  const [first, rangeEnd] = args;
  if (first === undefined) {
    throw badArguments('get command needs one argument as key and an optional argument as range_end');
  }
  refuseBoth(flags, 'prefix', 'fromKey');
  if (atLeast(mode, '3.5')) refuseBoth(flags, 'keysOnly', 'countOnly');
  const serializable = consistency(flags.consistency);
  const range = rangeOfArguments(first, rangeEnd, flags);
  const revisions = atLeast(mode, '3.6') ? revisionFilter(flags) : {};
  const sort_target = sortTarget(flags.sortBy);
  const sort_order = sortOrder(flags.order);
  const request: IRangeRequest = {
    ...range,
    limit: String(flags.limit),
    revision: String(flags.rev),
    sort_target,
    // The order by key is the natural one: asking for it would have the server read the whole range at each page.
    sort_order: sort_target === SortTarget.Key && sort_order === SortOrder.Ascend ? SortOrder.None : sort_order,
    serializable,
    keys_only: flags.keysOnly,
    ...revisions,
  };
  if (flags.countOnly) request.count_only = true;
  return request;
}

/** The range that the arguments of `get` and `del` mean, with --prefix and --from-key. */
export function rangeOfArguments(
  first: string,
  rangeEnd: string | undefined,
  { prefix, fromKey }: { prefix: boolean; fromKey: boolean },
): { key: Buffer; range_end?: Buffer } {
  const key = argBytes(first);
  if (!prefix && !fromKey) return rangeEnd ? { key, range_end: argBytes(rangeEnd) } : { key };
  if (rangeEnd !== undefined) {
    throw badArguments('too many arguments, only accept one argument when `--prefix` or `--from-key` is set');
  }
  return prefix ? prefixRange(key) : fromKeyRange(key);
}

/** Fails when two flags are given that cannot be. */
export function refuseBoth<Name extends string>(
  flags: { readonly [Each in Name]: boolean },
  one: Name,
  other: Name,
): void {
  if (flags[one] && flags[other]) {
    throw badArguments(
      `\`--${longName(one)}\` and \`--${longName(other)}\` cannot be set at the same time, choose one`,
    );
  }
}

/** Whether --consistency asks for a serializable read. */
function consistency(value: string): boolean {
  if (value !== 'l' && value !== 's') throw badFeature(`unknown consistency flag ${goQuote(value)}`);
  return value === 's';
}

const ORDERS: Record<string, SortOrder> = { ASCEND: SortOrder.Ascend, DESCEND: SortOrder.Descend, '': SortOrder.None };

function sortOrder(value: string): SortOrder {
  return ORDERS[value.toUpperCase()] ?? fail(badFeature(`bad sort order ${value}`));
}

const TARGETS: Record<string, SortTarget> = {
  CREATE: SortTarget.Create,
  KEY: SortTarget.Key,
  MODIFY: SortTarget.Mod,
  VALUE: SortTarget.Value,
  VERSION: SortTarget.Version,
  '': SortTarget.Key,
};

function sortTarget(value: string): SortTarget {
  return TARGETS[value.toUpperCase()] ?? fail(badFeature(`bad sort target ${value}`));
}

function fail(failure: Failure): never {
  throw failure;
}

/** The request's fields for the --min- and --max- flags that are given. */
function revisionFilter({ minCreateRev, maxCreateRev, minModRev, maxModRev }: Flags<typeof spec>): IRangeRequest {
  refuseEmptySpan('Create', minCreateRev, maxCreateRev);
  refuseEmptySpan('Mod', minModRev, maxModRev);
  return {
    ...(minCreateRev !== 0n && { min_create_revision: String(minCreateRev) }),
    ...(maxCreateRev !== 0n && { max_create_revision: String(maxCreateRev) }),
    ...(minModRev !== 0n && { min_mod_revision: String(minModRev) }),
    ...(maxModRev !== 0n && { max_mod_revision: String(maxModRev) }),
  };
}

function refuseEmptySpan(kind: 'Create' | 'Mod', min: bigint, max: bigint): void {
  if (max !== 0n && min > max) throw badFeature(`getMin${kind}Rev(=${min}) > getMax${kind}Rev(=${max})`);
}

/** @throws Failure with etcdctl's text when the format does not go with the flags. */
function checkFormat({ mode }: CommandContext, format: Format, options: RangeOptions): void {
  if (isDropIn(mode) && options.countOnly && format !== 'fields') {
    throw badArguments('--count-only is only for `--write-out=fields`');
  }
  if (options.valuesOnly && format !== 'simple') {
    throw badArguments('print-value-only is only for `--write-out=simple`');
  }
}
