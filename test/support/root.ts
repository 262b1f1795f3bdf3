import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder: tests run compiled, some levels below it. */
export function repoRoot(): string {
  let dir = __dirname;
  while (!existsSync(join(dir, 'package-lock.json'))) dir = dirname(dir);
  return dir;
}

/** A file or folder of the project's own test data: see test/data/README.md. */
export function testData(path: string): string {
  return join(repoRoot(), 'test', 'data', path);
}

/**
 * A folder of the large corpora, which are no part of the project; undefined where `KETCDCTL_CORPUS` does not name the folder that
 * holds them. Nothing else is looked at: a folder that happens to have their name is none.
 */
export function corpus(folder: 'k8s-corpus' | 'k8s-real' | 'auger' | 'parity'): string | undefined {
  const root = process.env.KETCDCTL_CORPUS;
  if (!root) return undefined;
  const path = join(root, folder);
  if (!existsSync(path)) throw new Error(`KETCDCTL_CORPUS is ${root}, which has no ${folder}`);
  return path;
}

/** Why a test over one of the corpora is skipped. */
export const NO_CORPUS = 'KETCDCTL_CORPUS does not name the folder of the large corpora';
