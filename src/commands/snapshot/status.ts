import { statSync } from 'node:fs';
import { atLeast, isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { withLock } from '../../base/files/lock.js';
import { outputFormat } from '../../output/format.js';
import { decimalBytes } from '../../output/size.js';
import { resolveDbPath } from '../../storage/bolt/db-file.js';
import { type FileStatus, fileStatus } from '../../storage/mvcc/hash.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import { checkHash } from '../../storage/snapshot/hash-check.js';
import type { CommandSpec, Run } from '../command.js';
import { printFacts, requireFile } from './file-facts.js';

export const spec = {
  usage: 'snapshot status <filename>',
  description:
    'Reads a snapshot from end to end and shows its hash, newest revision, number of keys, size and storage version. A database of a member, or its data directory, can be named too.',
  examples: ['ketcdctl snapshot status backup.db -w table'],
  complete: 'file',
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const { mode } = context;
  if (isDropIn(mode) && mode.tool === 'etcdctl' && mode.version === '3.5') {
    await context.stderr.write('Deprecated: Use `etcdutl snapshot status` instead.\n\n');
  }
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new Failure('snapshot status requires exactly one argument', { exitCode: ExitCode.BadArgs });
  }
  // 3.4 looked at the format first.
  if (atLeast(mode, '3.5')) requireFile(path);
  const format = outputFormat(context);
  const modern = atLeast(mode, '3.6');
  requireFile(path);
  // What bbolt says changed with the release.
  if (isDropIn(mode) && !modern && statSync(path).isDirectory()) throw new Failure(`open ${path}: is a directory`);
  const { hash, revision, keys, size, version } = await statusOf(mode, path);
  await printFacts(context, format, [
    { json: 'hash', fields: 'Hash', head: 'hash', value: hash, cell: hash.toString(16) },
    { json: 'revision', fields: 'Revision', head: 'revision', value: revision },
    { json: 'totalKey', fields: 'Keys', head: 'total keys', value: keys },
    { json: 'totalSize', fields: 'Size', head: 'total size', value: size, cell: decimalBytes(size) },
    ...(modern ? [{ json: 'version', fields: 'Version', head: 'version', value: version }] : []),
  ]);
};

/** etcdctl's `status` does not look at the SHA-256, and so gives a hash of a damaged file as it gives one of a sound file. */
async function statusOf(mode: Mode, path: string): Promise<FileStatus> {
  if (isDropIn(mode)) {
    // All versions wait without an end.
    return withLock(path, 'shared', { waitMs: null }, () =>
      fileStatus(path, { liveKeys: atLeast(mode, '3.6'), directories: false }),
    );
  }
  const plain = resolveDbPath(await plainFile(path));
  const checked = checkHash(plain, path);
  // Awaited below; until then a mismatch is not to count as unhandled.
  checked.catch(() => {});
  const status = fileStatus(plain, { name: path });
  await checked;
  return status;
}
