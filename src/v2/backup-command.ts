import { Failure } from '../base/errors.js';
import { type BackupOptions, backupDataDir } from '../storage/raft/backup.js';
import { type Action, Ending, type Run, V2Exit } from './run.js';

export const backup: Action = async (run) => {
  const { flags, io } = run;
  const options: BackupOptions = {
    dataDir: required(run, 'data-dir'),
    walDir: flags.string('wal-dir'),
    backupDir: required(run, 'backup-dir'),
    backupWalDir: flags.string('backup-wal-dir'),
    withV3: flags.bool('with-v3'),
    lock: { waitMs: null },
  };
  try {
    await backupDataDir(options, (line) => io.stderr.write(logLine(line)));
  } catch (error) {
    if (error instanceof Failure) throw new Ending(V2Exit.Error, logLine(error.message));
    throw error;
  }
  return V2Exit.Ok;
};

/** etcdctl takes the working directory for a path that is not given, and fails only if there is no data in it. */
function required({ flags }: Run, name: string): string {
  const path = flags.string(name);
  if (path === '') throw new Ending(V2Exit.Error, logLine(`--${name} is needed`));
  return path;
}

/** A line as Go's log package writes it. */
function logLine(text: string): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())} ${text}\n`;
}
