import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cleanup } from '../support/etcd.js';
import { startCli } from '../support/running.js';
import { type ScriptedCall, scriptedServer } from '../support/scripted-server.js';

const event = (key: string, mod_revision: string) => ({
  kv: { key: Buffer.from(key), value: Buffer.from('v'), create_revision: '5', mod_revision, version: '1' },
});

/** Confirms the first watch, sends a half of an answer and breaks; the next gets the whole of it, which ends the script. */
function breaking(t: Cleanup) {
  const header = { revision: '6' };
  const answer = (call: ScriptedCall, fields: object) =>
    call.send('WatchResponse', { header, watch_id: '0', created: false, ...fields });
  return scriptedServer(t, (call) => {
    call.open();
    answer(call, { created: true });
    if (call.index > 0) {
      answer(call, { events: [event('a', '5'), event('b', '5'), event('c', '6')] });
      return;
    }
    answer(call, { events: [event('a', '5')], fragment: true });
    setTimeout(() => call.session.destroy(), 100);
  });
}

test('a watch that breaks within an answer: each event is printed once, and its program run once', async (t) => {
  const server = await breaking(t);
  const script = 'echo "ran for $ETCD_WATCH_KEY"';
  const argv = ['--endpoints', server.address, 'watch', '--prefix', '', '--rev', '5', '--', 'sh', '-c', script];
  const watch = startCli(t, argv);
  await watch.until(/ran for "c"/);
  assert.equal(watch.stdout, 'PUT\na\nv\nPUT\nb\nv\nPUT\nc\nv\nran for "a"\nran for "b"\nran for "c"\n');
  assert.match(watch.stderr, /^watch interrupted: .*: the server closed the connection; resuming\n$/);
});

test('a watch that breaks within an answer: -w json is whole lines', async (t) => {
  const server = await breaking(t);
  const watch = startCli(t, ['--endpoints', server.address, 'watch', '--prefix', '', '--rev', '5', '-w', 'json']);
  await watch.until(/\n.*\n/);
  const lines = watch.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ Events }) =>
      Events.map(({ kv }: { kv: { key: string } }) => Buffer.from(kv.key, 'base64').toString()),
    ),
    [['a'], ['b', 'c']],
  );
});
