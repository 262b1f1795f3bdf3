import { ExitCode, errorLine } from '../../base/errors.js';
import { int } from '../../base/flags/declare.js';
import { type Problem, type Verified, verifyCluster } from '../../k8s/verify.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s verify [options]',
  mostArgs: 0,
  description:
    'Checks that every stored value decodes, that each object is the one that its key says (name, namespace, kind), that uids are unique, that namespaces and owners are there, and that the addresses and ports of services are taken in their ranges. Lists what is wrong, and ends with exit code 1 if anything is.',
  examples: [
    'ketcdctl k8s verify',
    'ketcdctl --endpoints file:backup.db k8s verify && echo sound # is this backup worth keeping?',
    'ketcdctl k8s verify -o jsonl',
  ],
  flags: { ...OUTPUT_FLAG, rev: int('the revision to read (0: the newest)', { default: '0' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const cluster = await openCluster(context, flags);
  const checking = verifyCluster(cluster);
  const problems: Problem[] = [];
  let step = await checking.next();
  for (; !step.done; step = await checking.next()) problems.push(step.value);
  const { keys } = step.value;
  const found: Verified = { keys, problems: problems.length };
  if (format !== 'table' || problems.length > 0) {
    await writeReport(context, format, {
      heads: ['KEY', 'CHECK', 'PROBLEM'],
      rows: problems.map(({ key, check, problem }) => [key, check, problem]),
      name: 'problems',
      items: problems.map(factsOf),
      facts: factsOf({ keys }),
    });
  }
  tell(context, format === 'table', found);
  return problems.length > 0 ? ExitCode.Error : ExitCode.Ok;
};

function tell({ stdout, stderr }: CommandContext, inTable: boolean, { keys, problems }: Verified): void {
  if (problems > 0) stderr.write(errorLine(`${problems} problems in ${keys} keys`));
  else if (inTable) stdout.write(`${keys} keys: all sound\n`);
}
