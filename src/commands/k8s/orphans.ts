import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { findOrphans, ORPHAN_REASONS, type Orphan, type OrphanReason } from '../../k8s/orphans.js';
import { ObjectWriter } from '../../k8s/write.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { CHANGE_FLAGS, changedMeanwhile, mayChange, openForChange, tellKept } from './change.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s orphans [options]',
  mostArgs: 0,
  description:
    'Lists keys that have lost what they belong to: the definition of their resource, their namespace, or all their owners; and objects whose finalizers hold up a namespace that is being deleted. With --delete it deletes what it lists, past the API server, after it has asked: each key only as it was seen, and its old value is kept in a file. Objects with finalizers are deleted only where --only finalizer names them: what the finalizers stand for is then done by nobody.',
  examples: [
    'ketcdctl k8s orphans',
    'ketcdctl k8s orphans --only finalizer # why does the namespace not go?',
    'ketcdctl k8s orphans --only definition,namespace --delete',
    'ketcdctl --endpoints file:backup.db k8s orphans -o jsonl',
  ],
  flags: {
    only: string(`of these reasons alone: ${ORPHAN_REASONS.join(', ')}`, { value: 'REASON,…' }),
    delete: bool('delete what is listed'),
    ...CHANGE_FLAGS,
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const reasons = reasonsOf(flags.only);
  const mayAsk = flags.yes || Boolean(context.stderr.isTTY && context.stdin.isTTY);
  const willDelete = flags.delete && !flags.dryRun && mayAsk;
  const cluster = await openForChange(context, { ...flags, dryRun: !willDelete });
  const found: Orphan[] = [];
  for await (const orphan of findOrphans(cluster)) if (reasons.includes(orphan.why)) found.push(orphan);
  if (found.length > 0 || format !== 'table') {
    await writeReport(context, format, {
      heads: ['KEY', 'WHY', 'DETAIL'],
      rows: found.map(({ key, why, detail }) => [key, why, detail]),
      name: 'orphans',
      items: found.map(factsOf),
    });
  } else await context.stdout.write('no orphans\n');
  if (!flags.delete) return ExitCode.Ok;
  const doomed = found.filter(({ why }) => why !== 'finalizer' || flags.only !== '');
  const spared = found.length - doomed.length;
  await context.stdout.flush();
  if (spared > 0) await context.stderr.write(`${spared} with finalizers stay: --only finalizer takes those\n`);
  if (doomed.length === 0) return ExitCode.Ok;
  const question = `Delete ${doomed.length === 1 ? 'it' : `these ${doomed.length}`}?`;
  if (!(await mayChange(context, { ...flags, dryRun: !willDelete }, question))) {
    const hint = flags.dryRun ? ' (dry run)' : mayAsk ? '' : ' (--yes deletes without asking)';
    await context.stderr.write(`nothing was deleted${hint}\n`);
    return willDelete ? ExitCode.Error : ExitCode.Ok;
  }
  return deleteAll(context, cluster, doomed, flags.backupDir);
};

function reasonsOf(only: string): readonly OrphanReason[] {
  if (only === '') return ORPHAN_REASONS;
  return only.split(',').map((word) => {
    const reason = ORPHAN_REASONS.find((each) => each === word.trim());
    if (reason) return reason;
    throw new Failure(`no such reason: ${JSON.stringify(word)}`, {
      exitCode: ExitCode.BadArgs,
      hint: `--only takes ${ORPHAN_REASONS.join(', ')}`,
    });
  });
}

async function deleteAll(
  context: CommandContext,
  cluster: Cluster,
  orphans: Orphan[],
  backupDir: string,
): Promise<number> {
  const writer = new ObjectWriter(cluster.client, backupDir);
  let failed = 0;
  try {
    for (const { key, revision } of orphans) {
      const [now] = (await cluster.client.kv.range({ key: Buffer.from(key) })).kvs;
      const end = now?.mod_revision === revision ? await writer.delete(now) : { done: false as const, now };
      if (end.done) await context.stdout.write(`${key} deleted\n`);
      else if (!end.now) await context.stderr.write(`${key} is gone already\n`);
      else {
        failed++;
        await context.stderr.write(errorLine(changedMeanwhile(key, revision, end.now).message));
      }
    }
  } finally {
    await tellKept(context, writer);
  }
  return failed > 0 ? ExitCode.Error : ExitCode.Ok;
}
