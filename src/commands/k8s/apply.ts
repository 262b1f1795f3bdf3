import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { strings } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { ObjectWriter } from '../../k8s/write.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { manifests } from './apply-input.js';
import { type PlannedWrite, planWrite } from './apply-plan.js';
import { CHANGE_FLAGS, changedMeanwhile, mayChange, openForChange, tellKept } from './change.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, shortText } from './objects.js';

export const spec = {
  usage: 'k8s apply [options] -f FILE',
  description:
    'Writes objects from YAML or JSON into etcd, past the API server: in the version, the encoding and under the key in which this cluster stores them. One that is not there is created, with a uid and a creation time; of one that is there, spec and data are replaced, and what the API server and controllers have put into it stays. Nothing is converted: a manifest has to be in the version in which the kind is stored. All manifests are read before the first is written, and none is written over an object that changes meanwhile.',
  examples: [
    'ketcdctl k8s apply -f configmap.yaml -n shop',
    'ketcdctl k8s apply -f manifests/ --dry-run # a folder: its .yaml, .yml and .json files',
    'ketcdctl k8s export deploy/web -n shop --rev 4711 | ketcdctl k8s apply -f - # as it was',
  ],
  flags: {
    filename: strings('a file, a folder, or - for standard input', {
      short: 'f',
      value: 'FILE',
      complete: 'file',
      required: true,
    }),
    ...NAMESPACE_FLAG,
    ...CHANGE_FLAGS,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  if (args.length > 0) {
    throw new Failure(`unexpected argument ${JSON.stringify(args[0])}: manifests are named by -f`, {
      exitCode: ExitCode.BadArgs,
    });
  }
  const cluster = await openForChange(context, flags);
  const plans: PlannedWrite[] = [];
  for await (const manifest of manifests(context, flags.filename)) {
    plans.push(await planWrite(cluster, manifest, flags));
  }
  if (plans.length === 0) throw new Failure('no objects passed to apply', { exitCode: ExitCode.InvalidInput });
  const changing = plans.filter(({ action }) => action !== 'unchanged');
  if (changing.length > 0) {
    for (const plan of changing) await context.stderr.write(`  ${plan.target.key}  (${planText(plan)})\n`);
    if (!(await mayChange(context, flags, `Write ${changing.length === 1 ? 'it' : 'these'}?`))) {
      if (!flags.dryRun) {
        await context.stderr.write('nothing was written\n');
        return ExitCode.Error;
      }
      for (const plan of plans) await context.stdout.write(`${resultText(plan)} (dry run)\n`);
      return ExitCode.Ok;
    }
  }
  return writeAll(context, cluster, plans, flags);
};

function planText({ action, old, notes }: PlannedWrite): string {
  const what = old ? `${action}, revision ${old.mod_revision}` : action;
  return [what, ...notes].join('; ');
}

function resultText({ target, action }: PlannedWrite): string {
  return `${shortText(target)} ${action}`;
}

async function writeAll(
  context: CommandContext,
  cluster: Cluster,
  plans: PlannedWrite[],
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
): Promise<number> {
  const writer = new ObjectWriter(cluster.client, flags.backupDir);
  let failed = 0;
  try {
    for (const plan of plans) {
      const { target, value, old, action } = plan;
      const key = Buffer.from(target.key);
      const put = { key, value, ...(old && { lease: old.lease }) };
      const end = action === 'unchanged' ? undefined : await writer.put(put, old);
      if (!end || end.done) await context.stdout.write(`${resultText(plan)}\n`);
      else {
        failed++;
        const { message } = changedMeanwhile(target.key, old?.mod_revision ?? '0', end.now);
        await context.stderr.write(errorLine(message));
      }
    }
  } finally {
    await tellKept(context, writer);
  }
  return failed > 0 ? ExitCode.Error : ExitCode.Ok;
}
