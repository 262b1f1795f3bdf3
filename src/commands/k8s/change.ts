/** What the commands have in common that change objects in etcd: what is said and asked before, and what is kept. */

import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { deleteIfUnchanged, type GuardedEnd, type GuardedPut, putIfUnchanged } from '../../etcd/guarded-write.js';
import { BackupFile } from '../../k8s/backup-file.js';
import type { Cluster } from '../../k8s/cluster.js';
import { describeEncrypted } from '../../k8s-decode/encryption/describe.js';
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

/** @throws Failure for a value that is encrypted: what is written in its place would not be */
export function refuseEncrypted(what: string, value: Buffer): void {
  const encrypted = describeEncrypted(value);
  if (!encrypted) return;
  const { provider, keyName } = encrypted;
  throw new Failure(`${what} is encrypted at rest (by ${provider} with key ${JSON.stringify(keyName)})`, {
    hint: 'ketcdctl reads such values, but does not write them: change it through the API server',
  });
}

/** Writes to etcd what is still as it was read, after what is there was kept in a file. */
export class Changes {
  private readonly backup: BackupFile;

  constructor(
    private readonly client: EtcdClient,
    flags: { backupDir: string },
  ) {
    this.backup = BackupFile.in(flags.backupDir);
  }

  /** @param old what is there; undefined: nothing may be there */
  put(put: GuardedPut, old: IKeyValue | undefined): Promise<GuardedEnd> {
    return this.write(old, () => putIfUnchanged(this.client, put, old?.mod_revision ?? '0'));
  }

  delete(old: IKeyValue): Promise<GuardedEnd> {
    return this.write(old, () => deleteIfUnchanged(this.client, old.key, old.mod_revision));
  }

  private async write(old: IKeyValue | undefined, write: () => Promise<GuardedEnd>): Promise<GuardedEnd> {
    if (!old) return write();
    const { key, mod_revision, lease, value } = old;
    this.backup.keep({ key: key.toString(), mod_revision, lease, value });
    // Of a write that breaks off nobody knows whether it was done: the value is kept.
    const end = await write();
    if (!end.done) this.backup.takeBack();
    return end;
  }

  /** Says where the old values are; a file that keeps nothing is removed. */
  async end(context: CommandContext): Promise<void> {
    if (this.backup.count === 0) {
      this.backup.discard();
      return;
    }
    this.backup.close();
    const { path } = this.backup;
    const what = this.backup.count === 1 ? 'the old value is' : `the ${this.backup.count} old values are`;
    await context.stdout.flush();
    await context.stderr.write(
      `${what} kept in ${path} (back with: ketcdctl k8s restore --overwrite --from ${path})\n`,
    );
  }
}

/** What is said of a key that is not as it was read. */
export function changedMeanwhile(key: Buffer | string, old: string, now: IKeyValue | undefined): Failure {
  const found = now ? `it is at revision ${now.mod_revision}, and was at ${old} when it was read` : 'it is gone';
  const before = old === '0' ? `it is there now, at revision ${now?.mod_revision}` : found;
  return new Failure(`${key} was changed meanwhile: ${before}; nothing was written`, {
    hint: 'look at it again, and repeat the change',
  });
}
