/**
 * Records what a real etcdctl answers to the lines of sessions.ts:
 * `ETCD_BIN=…/etcd node build/test/test/etcdctl/record.js …/etcdctl test/data/etcdctl/3.5.json`, for each release that is tested.
 */
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startEtcd } from '../support/etcd.js';
import { SESSIONS } from './sessions.js';
import { type Outcome, runSession } from './sessions-run.js';

test('record', async (t) => {
  const program = process.argv[2];
  if (!program) throw new Error('which etcdctl?');
  const recorded: Record<string, Outcome[]> = {};
  for (const [name, lines] of Object.entries(SESSIONS)) {
    const etcd = await startEtcd(t);
    recorded[name] = await runSession([program], etcd.address, lines);
  }
  const text = Object.entries(recorded).map(
    ([name, outcomes]) =>
      `${JSON.stringify(name)}: [\n${outcomes.map((outcome) => JSON.stringify(outcome)).join(',\n')}\n]`,
  );
  writeFileSync(process.argv[3]!, `{\n${text.join(',\n')}\n}\n`);
});
