import { isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { migrate } from '../../storage/raft/migrate.js';
import type { Version } from '../../storage/raft/wal-version.js';
import type { CommandSpec, Run } from '../command.js';
import { asLockTimeout, etcdLog, lockOptions } from './drop-in.js';

export const spec = {
  usage: 'migrate --data-dir DIR --target-version X.Y',
  mostArgs: 0,
  description:
    'Changes the storage version in the data directory of a stopped member, so that another release of etcd takes it.',
  examples: ['ketcdctl migrate --data-dir /var/lib/etcd --target-version 3.5'],
  flags: {
    dataDir: string('data directory of the member', { value: 'DIR', complete: 'directory', required: true }),
    targetVersion: string('version of etcd that is to take it, 3.5 or above', { value: 'X.Y', required: true }),
    force: bool('set the version even where there is no way to it (not recommended)'),
  },
} satisfies CommandSpec;

/** The newest minor version of etcd 3 that is known. */
const NEWEST = 8;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const target = parseVersion(flags.targetVersion);
  const { dataDir } = flags;
  const { before, after } = await migrate(dataDir, {
    target,
    newest: newestOf(context.mode),
    force: flags.force,
    lock: lockOptions(context),
    log: etcdLog(context),
  }).catch((error: unknown) => {
    throw asLockTimeout(context, error);
  });
  if (isDropIn(context.mode)) return;
  const text =
    before === after
      ? `${dataDir} has storage version ${after} already`
      : `Migrated ${dataDir} from ${before} to ${after}`;
  await context.stderr.write(`${text}\n`);
};

/** An imitated release knows versions up to its own. */
function newestOf(mode: Mode): number {
  return isDropIn(mode) ? Number(mode.version.slice(2)) : NEWEST;
}

function parseVersion(text: string): Version {
  const parts = text.split('.');
  if (parts.length !== 2) throw bad(`wrong target version format, expected "X.Y", got ${JSON.stringify(text)}`);
  const wrong = parts.find((part) => !/^[+-]?\d+$/.test(part));
  if (wrong !== undefined) {
    throw bad(`failed to parse target version: strconv.ParseInt: parsing ${JSON.stringify(wrong)}: invalid syntax`);
  }
  const [major, minor] = parts.map(Number) as [number, number];
  if (major < 3 || (major === 3 && minor < 5))
    throw bad(`target version "${major}.${minor}" not supported. Minimal "3.5"`);
  return { major, minor };
}

function bad(text: string): Failure {
  return new Failure(text, { exitCode: ExitCode.BadArgs });
}
