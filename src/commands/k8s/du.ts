import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { sumOf, type Usage, type UsageBy, usageOf, usageWithHistory } from '../../k8s/usage.js';
import type { Value } from '../../k8s-decode/value.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { decimalBytes } from '../../output/size.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { progressOf } from '../progress.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

const BY: readonly UsageBy[] = ['kind', 'namespace', 'object'];

export const spec = {
  usage: 'k8s du [options]',
  mostArgs: 0,
  description:
    'Shows who fills etcd. Of a snapshot file or a data directory all revisions count: HISTORY is what a compaction would drop. Of a server the newest revisions alone are read; with --history a snapshot of it is received into a temporary file (in TMPDIR, as large as its database), and all revisions count.',
  examples: [
    'ketcdctl --endpoints file:backup.db k8s du',
    'ketcdctl --endpoints file:/var/lib/etcd k8s du --by namespace',
    'ketcdctl k8s du --by object --top 20',
    'ketcdctl k8s du --history # of a server, what a compaction would drop too',
  ],
  flags: {
    by: string('count by kind, namespace or object', { default: 'kind', choices: BY }),
    top: int('only so many of the largest (0: all; of objects 50)', { default: '0' }),
    history: bool('of a server: count all revisions, in a snapshot that is received for it'),
    ...OUTPUT_FLAG,
  },
  noTimeout: 'unless-given',
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const by = byOf(flags);
  const cluster = await openCluster(context, flags);
  const isWhole = flags.history && !cluster.client.callable.isFile;
  const { usages, history } = isWhole ? await historyUsage(context, cluster, by) : await usageOf(cluster, by);
  const top = topOf(flags, by);
  const shown = usages.slice(0, top);
  const cut = usages.slice(top);
  const total = sumOf('total', usages);
  const others = sumOf(`others (${cut.length}: --top 0 shows them)`, cut);
  const row = (usage: Usage) => cells(usage, total, history);
  await writeReport(context, format, {
    heads: [by.toUpperCase(), ' OBJECTS', ' LIVE', ...(history ? [' RECORDS', ' HISTORY', ' TOTAL'] : []), ' SHARE'],
    rows: [...shown.map(row), ...(cut.length > 0 ? [row(others)] : []), row(total)],
    name: 'usage',
    items: shown.map((usage) => facts(usage, by, history)),
    facts: new Map<string, Value>([
      ...facts(total, undefined, history),
      ...(cut.length > 0
        ? [['others', new Map([['count', cut.length], ...facts(others, undefined, history)])] as const]
        : []),
    ]),
  });
  if (format === 'table' && !history) {
    context.stderr.write('Live bytes only: --history counts what a compaction would drop too\n');
  }
};

/** A server sends a piece for every 32 KiB: nobody reads that many numbers. */
const PROGRESS_BYTES = 4 << 20;

async function historyUsage(context: CommandContext, cluster: Cluster, by: UsageBy) {
  const { commandTimeout } = context.options;
  const progress = progressOf(context);
  let shown = 0;
  try {
    return await usageWithHistory(cluster, by, {
      timeoutMs: commandTimeout > 0 ? commandTimeout : null,
      progress: (received) => {
        if (received - shown < PROGRESS_BYTES) return;
        shown = received;
        progress.show(`${decimalBytes(received)} of the snapshot received`);
      },
    });
  } finally {
    progress.clear();
  }
}

function byOf(flags: Flags<typeof spec, typeof K8S_FLAGS>): UsageBy {
  const by = flags.by as UsageBy;
  if (BY.includes(by)) return by;
  throw new Failure(`k8s du cannot count by ${by}`, {
    exitCode: ExitCode.BadArgs,
    hint: `--by takes ${BY.join(', ')}`,
  });
}

function topOf(flags: Flags<typeof spec, typeof K8S_FLAGS>, by: UsageBy): number {
  const top = Number(flags.top);
  if (top > 0) return top;
  return by === 'object' && !flags.given('top') ? 50 : Number.POSITIVE_INFINITY;
}

function cells({ name, objects, live, deadRecords, dead }: Usage, total: Usage, history: boolean): string[] {
  const share = ((live + dead) / (total.live + total.dead || 1)) * 100;
  return [
    name,
    String(objects),
    decimalBytes(live),
    ...(history ? [String(deadRecords), decimalBytes(dead), decimalBytes(live + dead)] : []),
    `${share.toFixed(1)}%`,
  ];
}

/** @param by undefined: the numbers alone */
function facts({ name, objects, live, deadRecords, dead }: Usage, by: UsageBy | undefined, history: boolean) {
  return factsOf({
    ...(by && { [by]: name }),
    objects,
    liveBytes: live,
    ...(history && { historyRecords: deadRecords, historyBytes: dead }),
  });
}
