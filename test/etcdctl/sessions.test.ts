/** The same lines to ketcdctl as to the real etcdctl: same text, same exit code. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { etcdVersion, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { program } from '../support/program.js';
import { testData } from '../support/root.js';
import { SESSIONS } from './sessions.js';
import { type Outcome, runSession } from './sessions-run.js';

const missing = skipWithoutEtcd();
const minor = missing ? '' : etcdVersion().split('.', 2).join('.');
const file = testData(`etcdctl/${minor}.json`);
const skip = missing || (existsSync(file) ? false : `there is no recording for an etcd of ${minor}`);
const recorded = skip ? {} : (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outcome[]>);

for (const [name, lines] of Object.entries(SESSIONS)) {
  test(`as etcdctl ${minor} answered: ${name}`, { skip, concurrency: 2 }, async (t) => {
    const etcd = await startEtcd(t);
    const outcomes = await runSession(program([]).flat(), etcd.address, lines, {
      KETCDCTL_AS: `etcdctl@${minor}`,
    });
    const wanted = recorded[name] ?? [];
    assert.equal(wanted.length, lines.length, 'the recording is of other lines: record it anew');
    for (const [at, outcome] of outcomes.entries()) assert.deepEqual(outcome, wanted[at], outcome.argv.join(' '));
  });
}
