/** Which etcd program of this node may be started. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { Failure } from '../base/errors.js';
import { whyNotTrusted } from './trusted-file.js';

const USUAL_FOLDERS = ['/usr/local/bin', '/usr/bin', '/usr/local/sbin', '/usr/sbin', '/opt/bin', '/opt/etcd'];

/**
 * The first etcd in PATH or a usual folder that nobody but root and this user may write; undefined where there is none. What stands
 * in a folder that others may write is passed over.
 */
export function findEtcd(path: string): string | undefined {
  const folders = [...path.split(':').filter(isAbsolute), ...USUAL_FOLDERS];
  return folders.map((folder) => join(folder, 'etcd')).find((program) => whyNotStarted(program) === undefined);
}

/**
 * The program that the user names.
 * @throws Failure when it is none, or others may write it
 */
export function namedEtcd(path: string): string {
  const program = resolve(path);
  const problem = whyNotStarted(program);
  if (problem !== undefined) throw new Failure(`${path} is not started: ${problem}`);
  return program;
}

function whyNotStarted(program: string): string | undefined {
  try {
    accessSync(program, constants.X_OK);
    if (!statSync(program).isFile()) return 'it is no file';
    return whyNotTrusted(program) ?? whyNotTrusted(realpathSync(program));
  } catch {
    return 'there is no such program, or it may not be run';
  }
}
