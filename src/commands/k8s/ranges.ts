import { bool, int } from '../../base/flags/declare.js';
import { type AllocatedRange, allocatedRanges } from '../../k8s/ranges.js';
import { factsOf, OUTPUT_FLAG, type Report, reportFormat, writeReport } from '../../output/report.js';
import type { CommandSpec, Run } from '../command.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s ranges [options]',
  mostArgs: 0,
  description:
    'Shows the service IPs and node ports that are taken, and which service has each. STATE is held; leaked (taken, and no service has it); missing (a service has it, and the next service may be given it too); or conflict (two services have it). The API server keeps them as bitmaps under /registry/ranges; IPs since Kubernetes 1.31 as IPAddress objects.',
  examples: [
    'ketcdctl k8s ranges',
    'ketcdctl k8s ranges --problems # only what is leaked, missing or in conflict',
    'ketcdctl --endpoints file:backup.db k8s ranges -o yaml',
  ],
  flags: {
    problems: bool('only what is leaked, missing or in conflict'),
    ...OUTPUT_FLAG,
    rev: int('the revision to read (0: the newest)', { default: '0' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const ranges = await allocatedRanges(await openCluster(context, flags));
  const wanted = flags.problems ? ranges.map(withProblems) : ranges;
  if (format !== 'table')
    return writeReport(context, format, { ...EMPTY, name: 'ranges', items: wanted.map(rangeFacts) });
  await writeReport(context, format, { ...EMPTY, ...summary(ranges) });
  const holdings = holdingRows(wanted);
  if (holdings.rows.length === 0) return;
  await context.stdout.write('\n');
  await writeReport(context, format, { ...EMPTY, ...holdings });
};

const EMPTY: Report = { heads: [], rows: [], name: '', items: [] };

function withProblems(range: AllocatedRange): AllocatedRange {
  return { ...range, holdings: range.holdings.filter(({ state }) => state !== 'held') };
}

function summary(ranges: readonly AllocatedRange[]): Pick<Report, 'heads' | 'rows'> {
  return {
    heads: ['RANGE', 'OF', ' SIZE', ' TAKEN', ' LEAKED', ' MISSING', ' CONFLICTS', 'KEPT IN'],
    rows: ranges.map(({ range, of, size, holdings, source }) => {
      const count = (wanted: string) => String(holdings.filter(({ state }) => state === wanted).length);
      const taken = holdings.filter(({ state }) => state !== 'missing').length;
      return [
        range || '(none)',
        of,
        String(size),
        String(taken),
        count('leaked'),
        count('missing'),
        count('conflict'),
        source,
      ];
    }),
  };
}

function holdingRows(ranges: readonly AllocatedRange[]): Pick<Report, 'heads' | 'rows'> {
  const rows = ranges.flatMap(({ range, holdings }) =>
    holdings.map(({ value, state, services }) => [range || '(none)', value, state, services.join(', ') || '<none>']),
  );
  return { heads: ['RANGE', 'TAKEN', 'STATE', 'SERVICE'], rows };
}

function rangeFacts({ size, holdings, ...range }: AllocatedRange) {
  const facts = factsOf({ ...range, size: Number.isSafeInteger(Number(size)) ? Number(size) : size });
  return facts.set('taken', holdings.map(factsOf));
}
