// Node's test runner as `npm test` and the matrix call it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const FAILURES = `${root}build/test/failures.txt`;

/** Runs compiled test files under a Node, and prints last what failed; gives the exit code. */
export function runTests(program, files) {
  const { status } = spawnSync(
    program,
    [
      '--test',
      '--test-concurrency=2',
      '--test-timeout=300000',
      // At its own end Node 20 may wait for ever, and busily, for a broken HTTP/2 connection; the program ends by process.exit.
      '--test-force-exit',
      `--require=${root}build/test/test/support/seed.js`,
      `--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`,
      '--test-reporter-destination=stdout',
      `--test-reporter=${root}test/failures.mjs`,
      `--test-reporter-destination=${FAILURES}`,
      ...files,
    ],
    { stdio: 'inherit' },
  );
  const told = existsSync(FAILURES) ? readFileSync(FAILURES, 'utf8') : '';
  if (told) console.log(`\nFailed:\n${told}`);
  return status ?? 1;
}
