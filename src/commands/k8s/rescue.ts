import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { connectionOptions } from '../../connection/options.js';
import { openClient } from '../../etcd/client.js';
import type { Cluster } from '../../k8s/cluster.js';
import { type Diagnosis, diagnose, REPAIRS, type Repair } from '../../k8s/rescue.js';
import { ObjectWriter, sealed } from '../../k8s/write.js';
import { withoutManagedFields } from '../../k8s-decode/protobuf/field-mask.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { CHANGE_FLAGS, changedMeanwhile, mayChange, openForChange, tellKept } from './change.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, oneObject } from './objects.js';

export const spec = {
  usage: 'k8s rescue [options] KEY | TYPE/NAME',
  description:
    "Mends one value that does not decode or decrypt: because of it the API server's LIST of the whole resource may fail. Tries every key of the EncryptionConfiguration whatever the value says, an envelope that is missing or another kind's, a text that holds the value (base64, gzip), a tail that is cut off or has something behind it, the name in the object, the newest older revision that is sound, and a snapshot (--from). Shows what each would give and what is lost, and the object of the best one. With --yes, or after the answer at a terminal, it is written, or with --delete the key is deleted: only over the value that was looked at, which is kept in a file. `k8s verify` finds such values.",
  examples: [
    'ketcdctl k8s rescue /registry/secrets/shop/db # what is wrong, and what can be done',
    'ketcdctl k8s rescue secret/db -n shop --yes # with the best repair',
    'ketcdctl k8s rescue secret/db -n shop --from backup.db --use snapshot --yes',
    'ketcdctl k8s rescue secret/db -n shop --delete --yes # the bytes are kept in a file',
  ],
  complete: 'key',
  flags: {
    ...NAMESPACE_FLAG,
    from: string('a snapshot in which an older value may be', { value: 'FILE', complete: 'file' }),
    use: string('the repair that is written', { value: 'REPAIR', choices: REPAIRS }),
    delete: bool('delete the key in place of mending it'),
    ...CHANGE_FLAGS,
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

type RescueFlags = Flags<typeof spec, typeof K8S_FLAGS>;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const format = reportFormat(context, flags);
  const mayWrite = !flags.dryRun && (flags.yes || Boolean(context.stderr.isTTY && context.stdin.isTTY));
  const cluster = await openForChange(context, { ...flags, dryRun: !mayWrite });
  const key = args.length === 1 && args[0]!.startsWith('/') ? args[0]! : (await oneObject(cluster, args, flags)).key;
  const diagnosis = await look(context, cluster, key, flags.from);
  const { problems, repairs } = diagnosis;
  const chosen = flags.delete ? undefined : repairs.find(({ repair }) => flags.use === '' || repair === flags.use);
  if (problems.length === 0 && !flags.delete) {
    await context.stderr.write(`${key} is sound: nothing to mend\n`);
    return ExitCode.Ok;
  }
  for (const problem of problems) await context.stderr.write(errorLine(`${key}: ${problem}`));
  await writeReport(context, format, {
    heads: ['REPAIR', 'WHAT WAS WRONG', 'WHAT IS LOST', ' BYTES'],
    rows: repairs.map(({ repair, how, lost, plain }) => [repair, how, lost || 'nothing', String(plain.length)]),
    name: 'repairs',
    items: repairs.map(({ repair, how, lost, plain, stored }) =>
      factsOf({ repair, how, lost, bytes: plain.length, object: stored.object }),
    ),
    facts: factsOf({ key, problems }),
  });
  if (chosen && format === 'table') {
    await context.stdout.write(`\n${toYaml(withoutManagedFields(chosen.stored.object))}`);
  }
  if (!flags.delete && !chosen) {
    throw new Failure(flags.use ? `no repair of this kind helps: ${flags.use}` : 'nothing of it can be mended', {
      hint: `--from names a snapshot, --encryption-config the keys; --delete deletes the key, so that the others of its resource can be listed`,
    });
  }
  const question = chosen ? `Write this (${chosen.repair})?` : `Delete ${key}?`;
  if (!(await mayChange(context, { ...flags, dryRun: !mayWrite }, question))) {
    const hint = flags.dryRun ? ' (dry run)' : mayWrite ? '' : ' (--yes writes it)';
    await context.stderr.write(`nothing was written${hint}\n`);
    return mayWrite ? ExitCode.Error : ExitCode.Ok;
  }
  return write(context, cluster, diagnosis, chosen, flags);
};

async function look(context: CommandContext, cluster: Cluster, key: string, from: string): Promise<Diagnosis> {
  if (from === '') return diagnose(cluster, key, undefined);
  const path = await plainFile(from.replace(/^file:/, ''));
  const snapshot = await openClient({ ...connectionOptions(context), endpoints: [`file:${path}`] });
  try {
    return await diagnose(cluster, key, snapshot);
  } finally {
    snapshot.close();
  }
}

async function write(
  context: CommandContext,
  cluster: Cluster,
  { kv, place, neighbour }: Diagnosis,
  chosen: Repair | undefined,
  flags: RescueFlags,
): Promise<number> {
  const key = kv.key.toString();
  const resembles = neighbour ?? undefined;
  const value = chosen && (await sealed(cluster.values, chosen.plain, { key, resource: place.resource, resembles }));
  const writer = new ObjectWriter(cluster.client, flags.backupDir);
  try {
    const end = value ? await writer.put({ key: kv.key, value, lease: kv.lease }, kv) : await writer.delete(kv);
    if (!end.done) throw changedMeanwhile(kv.key, kv.mod_revision, end.now);
    await context.stdout.write(`${key} ${chosen ? 'mended' : 'deleted'} (revision ${end.revision})\n`);
  } finally {
    await tellKept(context, writer);
  }
  return ExitCode.Ok;
}
