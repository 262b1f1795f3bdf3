import { ExitCode, Failure } from '../../base/errors.js';
import { int } from '../../base/flags/declare.js';
import type { Value } from '../../k8s-decode/value.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import { decimalBytes } from '../../output/size.js';
import { type FileStats, fileStats, type PrefixStats } from '../../storage/mvcc/stats.js';
import { withCheckedFile } from '../../storage/snapshot/checked-file.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'snapshot stats <filename> [options]',
  description:
    'Shows where the bytes of a snapshot go: live keys, history that a compaction would drop, pages that a defragmentation would give back; and which prefixes are the largest.',
  examples: ['ketcdctl snapshot stats backup.db', 'ketcdctl snapshot stats backup.db --depth 3 --top 50 -w json'],
  complete: 'file',
  flags: {
    depth: int('parts of a key, between slashes, that make a prefix', { default: '2' }),
    top: int('how many prefixes to show (0: all)', { default: '20' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new Failure('snapshot stats requires exactly one argument', { exitCode: ExitCode.BadArgs });
  }
  const format = outputFormat(context);
  const stats = await withCheckedFile(path, (file) => fileStats(file, Math.max(1, Number(flags.depth))));
  await print(context, format, stats, Number(flags.top) > 0 ? Number(flags.top) : stats.prefixes.length);
};

async function print(context: CommandContext, format: string, stats: FileStats, top: number): Promise<void> {
  const shown = stats.prefixes.slice(0, top);
  const cut = stats.prefixes.slice(top);
  const others = sumOf(`others (${cut.length}: --top 0 shows them)`, cut);
  const total = sumOf('total', stats.prefixes);
  if (format === 'simple' || format === 'table') {
    const { renderTable } = await import('../../output/table.js');
    const rows = [...shown, ...(cut.length > 0 ? [others] : []), total];
    const table = renderTable(context, HEADS, rows.map(row));
    await context.stdout.write(format === 'simple' ? `${summary(stats)}\n${table}` : table);
    return;
  }
  if (format !== 'json' && format !== 'jsonl' && format !== 'yaml') throw formatNotSupported(format as never);
  const { writeReadable } = await import('../../output/readable.js');
  const numbers = ({ prefix, ...counts }: PrefixStats) => counts;
  const facts = {
    ...stats,
    prefixes: shown,
    ...(cut.length > 0 && { others: { prefixes: cut.length, ...numbers(others) } }),
    total: numbers(total),
  };
  await context.stdout.write(writeReadable(format === 'yaml' ? 'yaml' : 'jsonl', toValue(facts)));
}

/** All of some together, under a name of its own. */
function sumOf(prefix: string, prefixes: readonly PrefixStats[]): PrefixStats {
  const sum: PrefixStats = { prefix, keys: 0, liveBytes: 0, deadRecords: 0, deadBytes: 0 };
  for (const { keys, liveBytes, deadRecords, deadBytes } of prefixes) {
    sum.keys += keys;
    sum.liveBytes += liveBytes;
    sum.deadRecords += deadRecords;
    sum.deadBytes += deadBytes;
  }
  return sum;
}

const HEADS = ['prefix', 'keys', 'live', 'dead records', 'dead', 'total'];

function row({ prefix, keys, liveBytes, deadRecords, deadBytes }: PrefixStats): string[] {
  return [
    prefix,
    String(keys),
    decimalBytes(liveBytes),
    String(deadRecords),
    decimalBytes(deadBytes),
    decimalBytes(liveBytes + deadBytes),
  ];
}

function summary({ size, usedBytes, freeBytes, live, dead, otherBytes }: FileStats): string {
  return [
    `file        ${decimalBytes(size)}: ${decimalBytes(usedBytes)} in use, ${decimalBytes(freeBytes)} free`,
    `live        ${decimalBytes(live.bytes)} in ${live.keys} keys`,
    `dead        ${decimalBytes(dead.bytes)} in ${dead.records} superseded records and deletions`,
    `other       ${decimalBytes(otherBytes)} in leases, members, users, roles`,
    '',
  ].join('\n');
}

/** Objects and lists of these as they are printed. */
function toValue(stats: unknown): Value {
  if (Array.isArray(stats)) return stats.map(toValue);
  if (typeof stats !== 'object' || stats === null) return stats as Value;
  return new Map(Object.entries(stats).map(([name, value]) => [name, toValue(value)]));
}
