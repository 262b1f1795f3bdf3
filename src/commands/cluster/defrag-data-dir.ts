import { atLeast, isDropIn } from '../../base/contract.js';
import { Failure, failureText } from '../../base/errors.js';
import { FileInUse } from '../../base/files/lock.js';
import { formatDuration } from '../../base/go/duration.js';
import { decimalBytes } from '../../output/size.js';
import { dbOf } from '../../storage/bolt/db-file.js';
import { type DbSizes, defragDataDir } from '../../storage/bolt/defrag.js';
import type { CommandContext } from '../command.js';
import { asLockTimeout, etcdLog, lockOptions } from '../snapshot/drop-in.js';

const SOURCE = 'backend/backend.go';

/** `defrag --data-dir`: of a member that is stopped. */
export async function runDefragDataDir(context: CommandContext, dataDir: string): Promise<void> {
  const { mode, stderr } = context;
  if (mode.tool === 'etcdctl' && mode.version === '3.5') {
    stderr.write('Use `etcdutl defrag` instead. The --data-dir is going to be decomissioned in v3.6.\n\n');
  }
  // 3.4 says nothing.
  const log = atLeast(mode, '3.5') ? etcdLog(context) : () => {};
  const start = process.hrtime.bigint();
  const waiting = `waiting for etcd to close and release its lock on ${JSON.stringify(dbOf(dataDir))}. To defrag a running etcd instance, use \`etcdctl defrag\` instead.`;
  try {
    const lock = lockOptions(context, waiting);
    const { path, before, after } = await defragDataDir(dataDir, lock, (found, sizes) =>
      log('info', SOURCE, 'defragmenting', { path: found, ...sizeFields(sizes) }),
    );
    log('info', SOURCE, 'finished defragmenting directory', {
      path,
      ...sizeFields(after, before),
      took: formatDuration(process.hrtime.bigint() - start),
    });
    if (isDropIn(mode)) return;
    const text = `${decimalBytes(before.size)} before, ${decimalBytes(after.size)} now`;
    await stderr.write(`Defragmented ${dataDir}: ${text}\n`);
  } catch (error) {
    throw asEtcds(context, dataDir, error);
  }
}

/** etcd's names for sizes; with those from before, also the difference. */
function sizeFields(now: DbSizes, before?: DbSizes): Record<string, number | string> {
  const fields = { 'current-db-size': now.size, 'current-db-size-in-use': now.inUse };
  const differences = {
    'current-db-size': now.size - (before?.size ?? 0),
    'current-db-size-in-use': now.inUse - (before?.inUse ?? 0),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, bytes]) => [
      ...(before ? [[`${name}-bytes-diff`, differences[name as keyof typeof differences]]] : []),
      [`${name}-bytes`, bytes],
      [name, decimalBytes(bytes)],
    ]),
  );
}

/** etcdctl 3.5 has no words of its own around an error. */
function asEtcds(context: CommandContext, dataDir: string, error: unknown): unknown {
  const { mode } = context;
  if (isDropIn(mode) && error instanceof FileInUse) return asLockTimeout(context, error);
  if (mode.tool === 'etcdctl' && mode.version === '3.5') return error;
  const { hint } = error as Failure;
  const text = `Failed to defragment etcd data[${dataDir}] (${failureText(error, isDropIn(mode))})`;
  return new Failure(text, hint === undefined ? { cause: error } : { cause: error, hint });
}
