/** Recorded etcdctl sessions: the steps about the command line itself, which need no server. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { corpus, NO_CORPUS } from '../support/root.js';
import { type Ended, runAs } from './support.js';

interface Step {
  id: string;
  tool: string;
  argv: string[];
  env?: NodeJS.ProcessEnv;
  exit: number;
  stdout?: string;
  stderr?: string;
  compare: { stdout: string; stderr: string };
}

const USAGE = '<USAGE>';
const FROM_SERVER = 'foo\nbar\n';

/** By scenario: the steps to run. Those left out ask a server. */
const STEPS: Record<string, RegExp> = {
  'errors-cli': /^(0[12347-9]|1[01]|1[3-9]|2[0-5]|27|31) /,
  downgrade: /^0[12] /,
  env: /^(09|1[0-3]|2[01]) /,
  'utl-offline': /(bogus|get foo|without a command|--help|completion)$/,
};

for (const version of ['3.4.23', '3.5.33', '3.6.14', '3.7.1']) {
  for (const [scenario, wanted] of Object.entries(STEPS)) {
    test(`${scenario} of ${version}`, async (t) => {
      const file = join(corpus('parity') ?? '', 'goldens', version, `${scenario}.json`);
      if (!existsSync(file)) return t.skip(NO_CORPUS);
      const steps: Step[] = JSON.parse(readFileSync(file, 'utf8')).steps;
      const chosen = steps.filter((step) => wanted.test(step.id) && step.stdout !== FROM_SERVER);
      assert.ok(chosen.length > 0, 'no step was chosen');
      for (const step of chosen) {
        const ended = await runAs(step.tool, version, step.argv, step.env);
        assert.deepEqual(normalized(ended, step, version), expected(step), `${version} ${step.id}`);
      }
    });
  }
}

function expected(step: Step): Ended {
  return {
    exit: step.exit,
    stdout: step.compare.stdout === 'exact' ? (step.stdout ?? '') : '',
    stderr: errors(step.stderr ?? '', step),
  };
}

function normalized(ended: Ended, step: Step, version: string): Ended {
  const stdout = hasUsage(ended.stdout)
    ? `${USAGE}\n`
    : ended.stdout.replace(`version: ${version}`, 'version: <VERSION>');
  return {
    exit: ended.exit,
    stdout: step.compare.stdout === 'exact' ? stdout : '',
    stderr: errors(ended.stderr, step),
  };
}

function hasUsage(text: string): boolean {
  return /^(NAME|USAGE|Usage):/m.test(text);
}

/** The lines that are compared: of parse errors up to the usage, without the log lines of the tool. */
function errors(stderr: string, step: Step): string {
  if (step.compare.stderr === 'none') return '';
  const lines = stderr.split('\n').filter((line) => !/^(\{"level"|\d{4}-\d\d-\d\d )/.test(line));
  const end = lines.findIndex((line) => hasUsage(line) || line.startsWith(USAGE));
  const before = end < 0 ? lines : lines.slice(0, end);
  return before.filter((line) => line.startsWith('Error:') || step.compare.stderr === 'full').join('\n');
}
