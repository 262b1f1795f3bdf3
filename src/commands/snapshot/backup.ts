import type { Flag } from '../../base/contract.js';
import { backupDataDir } from '../../storage/raft/backup.js';
import type { CommandSpec, Run } from '../command.js';

function directory(name: string, help: string, required?: true): Flag {
  const flag: Flag = { name, type: 'string', value: 'DIR', help, complete: 'directory' };
  return required ? { ...flag, required } : flag;
}

export const spec: CommandSpec = {
  usage: 'backup [options]',
  description:
    'Copies the data directory of a stopped member, with its v2 keys, as the beginning of another cluster: start the copy with --force-new-cluster. For v3 keys alone, snapshots are the better way.',
  examples: ['ketcdctl backup --data-dir /var/lib/etcd --backup-dir /var/backups/etcd'],
  flags: [
    directory('data-dir', 'data directory to copy', true),
    directory('wal-dir', 'directory of its WAL, where that is elsewhere'),
    directory('backup-dir', 'directory for the copy', true),
    directory('backup-wal-dir', 'directory for the WAL of the copy'),
    { name: 'with-v3', type: 'bool', default: 'true', help: 'copy v3 keys too' },
  ],
};

export const run: Run = async (context, _args, flags) => {
  const options = {
    dataDir: flags.string('data-dir'),
    walDir: flags.string('wal-dir'),
    backupDir: flags.string('backup-dir'),
    backupWalDir: flags.string('backup-wal-dir'),
    withV3: flags.bool('with-v3'),
  };
  await backupDataDir(options, (line) => context.stderr.write(`${line}\n`));
};
