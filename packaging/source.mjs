// What every build is made of: the entry points, and the facts that are put into the code.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The one place of the version is package.json. */
export const { version, description } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** By the name of the built file: the program, and each module that runs as a thread. */
export const entryPoints = {
  main: 'src/main.ts',
  ...Object.fromEntries(
    readdirSync(`${root}src`, { recursive: true })
      .filter((path) => path.endsWith('-thread.ts'))
      .sort()
      .map((path) => [basename(path, '.ts'), `src/${path}`]),
  ),
};

/** What src/base/build.ts declares. @param {'package' | 'executable'} kind */
export function buildFacts(kind) {
  return {
    'process.env.NODE_ENV': '"production"',
    KETCDCTL_VERSION: JSON.stringify(version),
    KETCDCTL_COMMIT: JSON.stringify(commit()),
    KETCDCTL_KUBERNETES: JSON.stringify(kubernetes()),
    KETCDCTL_BUILD: JSON.stringify(kind),
  };
}

/** The commit that is checked out, `-dirty` behind it where files differ from it; empty outside a clone. */
export function commit() {
  return git('describe', '--always', '--dirty', '--abbrev=12', '--exclude=*');
}

/** The releases in the schema table: from 1.8 to the newest that is no alpha. */
function kubernetes() {
  const pins = JSON.parse(readFileSync(`${root}schema/releases.json`, 'utf8'));
  const released = Object.keys(pins).filter((release) => !pins[release]['k8s.io/api'].includes('-'));
  return `1.8 to ${released.at(-1)}`;
}

/** Seconds since 1970 that stand in everything packed: the commit's, so that two builds of it are the same. */
export function sourceDate() {
  return Number(process.env.SOURCE_DATE_EPOCH || git('log', '-1', '--format=%ct') || 0);
}

function git(...args) {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
