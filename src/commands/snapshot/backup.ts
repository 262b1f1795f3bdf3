import { bool, type FlagDetails, string } from '../../base/flags/declare.js';
import { backupDataDir } from '../../storage/raft/backup.js';
import type { CommandSpec, Run } from '../command.js';
import { lockOptions } from './drop-in.js';

function directory(help: string, details: FlagDetails = {}) {
  return string(help, { value: 'DIR', complete: 'directory', ...details });
}

export const spec = {
  usage: 'backup [options]',
  mostArgs: 0,
  description:
    'Copies the data directory of a stopped member, with its v2 keys, as the beginning of another cluster: start the copy with --force-new-cluster. For v3 keys alone, snapshots are the better way.',
  examples: ['ketcdctl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd'],
  flags: {
    dataDir: directory('data directory to copy', { required: true }),
    walDir: directory('directory of its WAL, where that is elsewhere'),
    backupDir: directory('directory for the copy', { required: true }),
    backupWalDir: directory('directory for the WAL of the copy'),
    withV3: bool('copy v3 keys too', { default: 'true' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const options = {
    dataDir: flags.dataDir,
    walDir: flags.walDir,
    backupDir: flags.backupDir,
    backupWalDir: flags.backupWalDir,
    withV3: flags.withV3,
    lock: lockOptions(context),
  };
  await backupDataDir(options, (line) => context.stderr.write(`${line}\n`));
};
