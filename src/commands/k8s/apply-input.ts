/** The manifests that `k8s apply -f` names. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { readInput } from '../../base/input.js';
import type { Fields } from '../../k8s-decode/index.js';
import type { CommandContext } from '../command.js';
import { encodeItems } from '../values/encode-input.js';

/** A manifest, and the file that it came from. */
export interface Manifest {
  object: Fields;
  source: string;
}

/**
 * The objects of files, of all manifests in folders, and of standard input (`-`); lists are taken apart.
 * @throws Failure that names the file, for what is no object
 */
export async function* manifests(context: CommandContext, paths: readonly string[]): AsyncGenerator<Manifest> {
  for (const path of paths.flatMap(filesOf)) {
    for await (const item of encodeItems(readInput(context, path))) {
      const source = path === '-' ? 'standard input' : path;
      if ('problem' in item) throw new Failure(`${source}: ${item.problem.message}`, { cause: item.problem });
      if (!(item.object instanceof Map)) throw new Failure(`${source}: a document is no object`);
      yield { object: item.object, source };
    }
  }
}

function filesOf(path: string): string[] {
  if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name));
  if (names.length === 0) throw new Failure(`${path} has no .yaml, .yml or .json file`);
  return names.sort().map((name) => join(path, name));
}
