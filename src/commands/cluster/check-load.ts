/** What `check perf` and `check datascale` share: their flags, and that they leave no key behind. */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import type { IDeleteRangeResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool, type FlagsOf, string } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { goQuote } from '../../base/go/quote.js';
import { catchingSignals } from '../../base/signals.js';
import { writeStyled } from '../../base/terminal.js';
import type { EtcdClient } from '../../etcd/client.js';
import { type LoadResult, type PutLoad, putUnderLoad } from '../../etcd/put-load.js';
import { sendUntilDone } from '../../etcd/retry-same.js';
import { prefixRange } from '../../rpc/keys.js';
import type { CommandContext } from '../command.js';

/** The flags of both, `prefix` being where each writes by default. */
export function loadFlags(prefix: string) {
  return {
    load: string('how much: s(mall), m(edium), l(arge), xl(arge)', { default: 's', choices: ['s', 'm', 'l', 'xl'] }),
    prefix: string('where the keys are written; there must be none', { default: prefix }),
    autoCompact: bool('drop the history when done'),
    autoDefrag: bool('defragment the databases when done'),
  };
}

type LoadFlags = FlagsOf<ReturnType<typeof loadFlags>>;

export type Size = 's' | 'm' | 'l' | 'xl';

const SIZES: Record<string, Size> = {
  s: 's',
  small: 's',
  m: 'm',
  medium: 'm',
  l: 'l',
  large: 'l',
  xl: 'xl',
  xLarge: 'xl',
};

/** @throws Failure (exit code 4) for a load that is not known. */
export function loadSize(flags: LoadFlags): Size {
  const load = flags.load;
  const size = SIZES[load];
  if (size !== undefined) return size;
  throw new Failure(`unknown load option ${load}`, { exitCode: ExitCode.BadFeature });
}

/**
 * Writes keys under the prefix, and removes them whatever happens; then compacts and defragments where that is asked for.
 * @param load all of it but the prefix and the signal.
 * @throws Failure when they cannot be removed, or when it was interrupted.
 */
export async function runLoad(
  context: CommandContext,
  client: EtcdClient,
  flags: LoadFlags,
  load: Omit<PutLoad, 'prefix' | 'signal'>,
  afterPuts: () => Promise<void> = async () => {},
): Promise<LoadResult> {
  // Only what begins with this is removed: somebody else may write under the same prefix, or it may be empty.
  const prefix = Buffer.concat([argBytes(flags.prefix), randomBytes(8)]);
  return catchingSignals(context, async (signal) => {
    let result: LoadResult | undefined;
    try {
      result = await putUnderLoad(client, { ...load, prefix, signal });
      if (!signal.aborted) await afterPuts();
    } finally {
      const revision = await removeKeys(client, prefix, result);
      if (!signal.aborted && result) await tidy(context, client, flags, revision);
    }
    if (signal.aborted) throw interrupted(signal);
    return result;
  });
}

/** @throws Failure (exit code 3) when there are keys where they would be written. */
export async function refuseKeys(context: CommandContext, client: EtcdClient, flags: LoadFlags): Promise<void> {
  const prefix = flags.prefix;
  const found = await client.kv.range({ ...prefixRange(argBytes(prefix)), limit: 1, keys_only: true });
  if (found.kvs.length === 0) return;
  const command = `${isDropIn(context.mode) ? 'etcdctl' : 'ketcdctl'} del --prefix ${prefix}`;
  const quote = atLeast(context.mode, '3.5') ? "'" : '';
  throw new Failure(`prefix ${goQuote(prefix)} has keys. Delete with ${quote}${command}${quote} first`, {
    exitCode: ExitCode.InvalidInput,
  });
}

/** Time in which a put that failed without an answer may still be done. */
const LATE_MS = 1000;
/** As etcdctl: thirty seconds for each step, whatever --command-timeout says. */
const STEP_MS = 30_000;

/** Gives the revision of the removal. A cluster that has lost its leader for a moment is waited for. @throws RpcError */
async function removeKeys(client: EtcdClient, prefix: Buffer, result: LoadResult | undefined): Promise<string> {
  const remove = () =>
    client.callable.call<IDeleteRangeResponse>('KV', 'deleteRange', prefixRange(prefix), { timeoutMs: STEP_MS });
  let response = await sendUntilDone(remove, STEP_MS);
  if (result === undefined || result.errors.size > 0) {
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    response = await sendUntilDone(remove, STEP_MS);
  }
  return response.header.revision;
}

async function tidy(context: CommandContext, client: EtcdClient, flags: LoadFlags, revision: string): Promise<void> {
  const say = (text: string) => context.stdout.write(text);
  const limit = { timeoutMs: STEP_MS };
  if (flags.autoCompact) {
    await say(`Compacting with revision ${revision}\n`);
    await client.callable.call('KV', 'compact', { revision, physical: true }, limit);
    await say(`Compacted with revision ${revision}\n`);
  }
  if (!flags.autoDefrag) return;
  for (const endpoint of await client.callable.resolveEndpoints()) {
    await say(`Defragmenting ${goQuote(endpoint)}\n`);
    await client.callable.at(endpoint).call('Maintenance', 'defragment', {}, limit);
    await say(`Defragmented ${goQuote(endpoint)}\n`);
  }
}

/** With what a shell makes of a program that the signal ended, as it ends etcdctl. */
function interrupted(signal: AbortSignal): Failure {
  const exitCode = 128 + constants.signals[signal.reason as NodeJS.Signals];
  return new Failure('interrupted; the keys that were written are removed', { exitCode, errorCode: 'interrupted' });
}

/** A line on standard error that counts up, on a terminal only; `done` erases it. */
export function progressLine({ stderr }: CommandContext, total: number, unit: string) {
  let shown = -1;
  const erase = '\r\x1b[K';
  return {
    show(value: number): void {
      const percent = Math.floor((Math.min(value, total) / total) * 100);
      if (!stderr.isTTY || percent === shown) return;
      shown = percent;
      writeStyled(stderr, `${erase}${value} / ${total} ${unit}  ${percent}%`);
    },
    done(): void {
      if (stderr.isTTY && shown >= 0) writeStyled(stderr, erase);
    },
  };
}

/** The lines about puts that failed; none when there are none. */
export function errorLines({ errors }: LoadResult): string[] {
  if (errors.size === 0) return [];
  return ['FAIL: too many errors', ...[...errors].map(([text, count]) => `FAIL: ERROR(${text}) -> ${count}`)];
}
