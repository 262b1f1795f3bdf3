/** What the commands have in common that change objects in etcd: what is said and asked before, and what was kept. */

import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import type { ObjectWriter } from '../../k8s/write.js';
import type { CommandContext } from '../command.js';
import { confirm } from '../confirm.js';
import { openAnyCluster } from './cluster.js';

/** Of every command that changes objects. */
export const CHANGE_FLAGS = {
  yes: bool('do not ask', { short: 'y' }),
  dryRun: bool('say what would be done, and do nothing'),
  backupDir: string('where the file is made that keeps the old values', {
    default: '.',
    value: 'DIR',
    complete: 'directory',
  }),
};

/**
 * The cluster whose objects are to be changed.
 * @throws Failure for a file, unless it is only asked what would be done
 */
export async function openForChange(
  context: CommandContext,
  flags: { dryRun: boolean; registryPrefix: string },
): Promise<Cluster> {
  const cluster = await openAnyCluster(context, flags);
  const { isFile, endpoints } = cluster.client.callable;
  if (!isFile || flags.dryRun) return cluster;
  throw new Failure(`${endpoints[0]} is a file, which can't be written`, {
    hint: '--dry-run says what would be done; `snapshot restore` makes a member of it',
  });
}

/** Says that no API server looks at what is written, and on a terminal asks whether to go on. */
export async function mayChange(
  context: CommandContext,
  flags: { dryRun: boolean; yes: boolean },
  question: string,
): Promise<boolean> {
  await context.stdout.flush();
  await context.stderr.write(
    'warning: this goes past the API server: nothing is validated, admitted, defaulted or authorized, and no audit log has it\n',
  );
  if (flags.dryRun) return false;
  if (flags.yes || !context.stderr.isTTY || !context.stdin.isTTY) return true;
  return confirm(context, `${question} [y/N] `);
}

/** Ends the file of old values, and says where they are. */
export async function tellKept(context: CommandContext, writer: ObjectWriter): Promise<void> {
  const kept = writer.end();
  if (!kept) return;
  const { path, count } = kept;
  const what = count === 1 ? 'the old value is' : `the ${count} old values are`;
  await context.stdout.flush();
  await context.stderr.write(`${what} kept in ${path} (back with: ketcdctl k8s restore --overwrite --from ${path})\n`);
}

/** What is said of a key that is not as it was read. */
export function changedMeanwhile(
  key: Buffer | string,
  old: string,
  now: Pick<IKeyValue, 'mod_revision'> | undefined,
): Failure {
  const found = now ? `it is at revision ${now.mod_revision}, and was at ${old} when it was read` : 'it is gone';
  const before = old === '0' ? `it is there now, at revision ${now?.mod_revision}` : found;
  return new Failure(`${key} was changed meanwhile: ${before}; nothing was written`, {
    hint: 'look at it again, and repeat the change',
  });
}
