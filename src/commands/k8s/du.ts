import { ExitCode, Failure } from '../../base/errors.js';
import { int, string } from '../../base/flags/declare.js';
import { type Usage, type UsageBy, usageOf } from '../../k8s/usage.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { decimalBytes } from '../../output/size.js';
import type { CommandSpec, Flags, Run } from '../command.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

const BY: readonly UsageBy[] = ['kind', 'namespace', 'object'];

export const spec = {
  usage: 'k8s du [options]',
  mostArgs: 0,
  description:
    'Shows who fills etcd. Of a snapshot file or a data directory all revisions count: HISTORY is what a compaction would drop. A server shows the newest revisions alone.',
  examples: [
    'ketcdctl --endpoints file:backup.db k8s du',
    'ketcdctl --endpoints file:/var/lib/etcd k8s du --by namespace',
    'ketcdctl k8s du --by object --top 20',
  ],
  flags: {
    by: string('count by kind, namespace or object', { default: 'kind', choices: BY }),
    top: int('only so many of the largest (0: all; of objects 50)', { default: '0' }),
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const by = byOf(flags);
  const { usages, history } = await usageOf(await openCluster(context, flags), by);
  const shown = usages.slice(0, topOf(flags, by));
  const total = totalOf(usages);
  const row = (usage: Usage) => cells(usage, total, history);
  await writeReport(context, format, {
    heads: [by.toUpperCase(), ' OBJECTS', ' LIVE', ...(history ? [' RECORDS', ' HISTORY', ' TOTAL'] : []), ' SHARE'],
    rows: [...shown.map(row), row(total)],
    name: 'usage',
    items: shown.map((usage) => facts(usage, by, history)),
    facts: facts(total, 'total', history),
  });
  if (format === 'table' && !history) {
    context.stderr.write(
      'Live bytes only: the history is seen in a snapshot (snapshot save, then --endpoints file:)\n',
    );
  }
};

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

function totalOf(usages: readonly Usage[]): Usage {
  const total: Usage = { name: 'total', objects: 0, live: 0, deadRecords: 0, dead: 0 };
  for (const usage of usages) {
    total.objects += usage.objects;
    total.live += usage.live;
    total.deadRecords += usage.deadRecords;
    total.dead += usage.dead;
  }
  return total;
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

/** Of the total only the numbers. */
function facts({ name, objects, live, deadRecords, dead }: Usage, by: UsageBy | 'total', history: boolean) {
  return factsOf({
    ...(by !== 'total' && { [by]: name }),
    objects,
    liveBytes: live,
    ...(history && { historyRecords: deadRecords, historyBytes: dead }),
  });
}
