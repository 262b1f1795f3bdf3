import { ExitCode } from '../../base/errors.js';
import type { LoadResult } from '../../etcd/put-load.js';
import { outputFormat } from '../../output/format.js';
import type { CommandSpec, Run } from '../command.js';
import { errorLines, loadFlags, loadSize, progressLine, refuseKeys, runLoad, type Size } from './check-load.js';

export const spec = {
  usage: 'check perf [options]',
  mostArgs: 0,
  description:
    'Writes keys for a minute, at 150, 1000, 8000 or 15000 a second, and tells whether the cluster keeps up. The keys are removed at the end, and also when it is interrupted; the history that they leave stays until the next compaction. This process itself manages some 8,000 puts a second on one core: where l or xl fails, look whether it was busy all the time before you blame the cluster.',
  examples: ['ketcdctl check perf', 'ketcdctl check perf --load=m --auto-compact --auto-defrag'],
  flags: loadFlags('/etcdctl-check-perf/'),
} satisfies CommandSpec;

const SECONDS = 60;
const LOADS: Record<Size, { perSecond: number; concurrency: number }> = {
  s: { perSecond: 150, concurrency: 50 },
  m: { perSecond: 1000, concurrency: 200 },
  l: { perSecond: 8000, concurrency: 500 },
  xl: { perSecond: 15000, concurrency: 1000 },
};

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const load = LOADS[loadSize(flags)];
  outputFormat(context);
  const client = await context.connect();
  await refuseKeys(context, client, flags);
  const start = Date.now();
  const progress = progressLine(context, SECONDS, 's');
  const show = () => progress.show(Math.floor((Date.now() - start) / 1000));
  const measured = await runLoad(context, client, flags, {
    ...load,
    keyBytes: 256 - 8,
    valueBytes: 1024,
    milliseconds: SECONDS * 1000,
    progress: show,
  }).finally(progress.done);
  const { lines, passed } = verdict(measured, load.perSecond);
  await context.stdout.write(`${[...lines, passed ? 'PASS' : 'FAIL'].join('\n')}\n`);
  return passed ? ExitCode.Ok : ExitCode.Error;
};

/** Nine tenths of the rate, no put of more than half a second, and a deviation of at most a tenth. */
export function verdict(result: LoadResult, perSecond: number): { lines: string[]; passed: boolean } {
  const { latencies, seconds } = result;
  const rate = latencies.length / seconds;
  const slowest = latencies.reduce((max, one) => Math.max(max, one), 0);
  const deviation = standardDeviation(latencies);
  const shown = Math.floor(rate) + 1;
  const checks: [passed: boolean, good: string, bad: string][] = [
    [rate / perSecond > 0.9, `PASS: Throughput is ${shown} writes/s`, `FAIL: Throughput too low: ${shown} writes/s`],
    [
      slowest <= 0.5,
      `PASS: Slowest request took ${slowest.toFixed(6)}s`,
      `Slowest request took too long: ${slowest.toFixed(6)}s`,
    ],
    [deviation <= 0.1, `PASS: Stddev is ${deviation.toFixed(6)}s`, `Stddev too high: ${deviation.toFixed(6)}s`],
  ];
  return {
    lines: [...errorLines(result), ...checks.map(([passed, good, bad]) => (passed ? good : bad))],
    passed: result.errors.size === 0 && checks.every(([passed]) => passed),
  };
}

function standardDeviation(values: number[]): number {
  if (values.length === 0) return 0;
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
}
