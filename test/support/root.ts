import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds package.json: tests run compiled, some levels below it. */
export function repoRoot(): string {
  let dir = __dirname;
  while (!existsSync(join(dir, 'package.json'))) dir = dirname(dir);
  return dir;
}

/** The folder of shared test data (`KETCDCTL_CORPUS`, by default `../shared`), or undefined where it is not there. */
export function corpusRoot(): string | undefined {
  const root = process.env.KETCDCTL_CORPUS ?? join(repoRoot(), '..', 'shared');
  return existsSync(root) ? root : undefined;
}
