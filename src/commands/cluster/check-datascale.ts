import { ExitCode } from '../../base/errors.js';
import { connectionOptions } from '../../connection/options.js';
import { residentMemory } from '../../etcd/metrics.js';
import { outputFormat } from '../../output/format.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { errorLines, loadFlags, loadSize, progressLine, refuseKeys, runLoad, type Size } from './check-load.js';

export const spec = {
  usage: 'check datascale [options]',
  mostArgs: 0,
  description:
    'Writes 10,000, 100,000, one million or three million keys of 1 KiB and tells by how much the memory of the first endpoint grows. The keys are removed at the end, and also when it is interrupted.',
  examples: ['ketcdctl check datascale', 'ketcdctl check datascale --load=m --auto-compact --auto-defrag'],
  flags: loadFlags('/etcdctl-check-datascale/'),
} satisfies CommandSpec;

const LOADS: Record<Size, { count: number; concurrency: number }> = {
  s: { count: 10_000, concurrency: 50 },
  m: { count: 100_000, concurrency: 200 },
  l: { count: 1_000_000, concurrency: 500 },
  xl: { count: 3_000_000, concurrency: 1000 },
};
const KEY_BYTES = 512;
const VALUE_BYTES = 512;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const load = LOADS[loadSize(flags)];
  outputFormat(context);
  const client = await context.connect();
  await refuseKeys(context, client, flags);
  const [endpoint = ''] = await client.callable.resolveEndpoints();
  const before = await memoryOf(context, endpoint, 'before');
  if (before === undefined) return ExitCode.Error;
  await context.stdout.write(
    `Start data scale check for work load [${load.count} key-value pairs, ${KEY_BYTES + VALUE_BYTES} bytes per key-value, ${load.concurrency} concurrent clients].\n`,
  );
  let after: number | undefined;
  const progress = progressLine(context, load.count, 'keys');
  const sizes = { keyBytes: KEY_BYTES - 8, valueBytes: VALUE_BYTES };
  const result = await runLoad(context, client, flags, { ...load, ...sizes, progress: progress.show }, async () => {
    after = await memoryOf(context, endpoint, 'after');
  }).finally(progress.done);
  if (after === undefined) return ExitCode.Error;
  const failures = errorLines(result);
  const megabytes = ((after - before) / (1 << 20)).toFixed(2);
  const lines = failures.length > 0 ? failures : [`PASS: Approximate system memory used : ${megabytes} MB.`];
  await context.stdout.write(`${lines.join('\n')}\n`);
  return failures.length > 0 ? ExitCode.Error : ExitCode.Ok;
};

/** Bytes; where the member does not tell, that is said as etcdctl does. */
async function memoryOf(
  context: CommandContext,
  endpoint: string,
  when: 'before' | 'after',
): Promise<number | undefined> {
  try {
    return await residentMemory(endpoint, connectionOptions(context));
  } catch (error) {
    await context.stdout.write(
      `fetch error: ${(error as Error).message}\nFAIL: Could not read process_resident_memory_bytes ${when} the put operations.\n`,
    );
    return undefined;
  }
}
