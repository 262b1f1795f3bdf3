import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../base/errors.js';
import { writeFileWhole } from '../base/files/part-file.js';
import { type Contexts, contextsPath } from './contexts.js';
import { whyNotTrusted } from './trusted-file.js';

/** Writes the file anew, whole or not at all, for this user alone. */
export function writeContexts(env: NodeJS.ProcessEnv, contexts: Contexts): void {
  const path = contextsPath(env);
  if (path === undefined) {
    throw new Failure('there is no folder for the contexts', { hint: 'set HOME or XDG_CONFIG_HOME' });
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const problem = whyNotTrusted(dirname(path));
    if (problem !== undefined) throw new Error(problem);
    writeFileWhole(path, `${JSON.stringify(contexts, undefined, 2)}\n`);
  } catch (error) {
    throw new Failure(`cannot write the contexts to ${path}: ${(error as Error).message}`, { cause: error });
  }
}
