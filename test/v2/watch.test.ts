import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EtcdServer, httpCall, startEtcd } from '../support/etcd.js';
import { clientOf, skipWithoutV2, V2Process } from './support.js';

const skip = skipWithoutV2();

/** The requests that wait at the server. */
async function watchers(server: EtcdServer): Promise<number> {
  const { watchers } = JSON.parse(await httpCall(server, 'GET', '/v2/stats/store')) as { watchers: number };
  return watchers;
}

function start(server: EtcdServer, ...argv: string[]): V2Process {
  return new V2Process(['--endpoints', server.endpoint, ...argv]);
}

test('watch and exec-watch', { skip }, async (t) => {
  const server = await startEtcd(t, { enableV2: true });
  const run = clientOf(server.endpoint);
  const waiting = async () => (await watchers(server)) === 1;

  await t.test('one event, then the end', async () => {
    const watch = start(server, '-o', 'json', 'watch', '/k');
    await watch.until(waiting);
    await run('set', '/other', 'x');
    await run('set', '/k', 'v');
    assert.equal(await watch.ended, 0);
    assert.match(watch.stdout, /^\{"action":"set","node":\{"key":"\/k","value":"v",.*\}\n$/);
  });

  await t.test('--forever and --recursive: every event until interrupted, but those of directories', async () => {
    const watch = start(server, 'watch', '-f', '-r', '/d');
    await watch.until(waiting);
    await run('mkdir', '/d/e');
    await run('set', '/d/e/k', '1');
    await run('rm', '/d/e/k');
    await run('rm', '-r', '/d');
    await run('set', '/d/end', '2');
    await watch.until(() => watch.stdout.includes('end'));
    watch.child.kill('SIGINT');
    assert.equal(await watch.ended, 0);
    assert.equal(watch.stdout, '[set] /d/e/k\n1\n[delete] /d/e/k\nPrevNode.Value: 1\n[set] /d/end\n2\n');
  });

  await t.test('--after-index gives what has happened since', async () => {
    for (const value of ['1', '2', '3']) await run('set', '/h', value);
    const [, index] = /Modified-Index: (\d+)/.exec(await run('-o', 'extended', 'get', '/h'))!;
    assert.equal(await run('watch', '/h', '--after-index', String(Number(index) - 2)), '2\n');
  });

  await t.test('exec-watch runs a program for each event', async () => {
    const script = 'echo $ETCD_WATCH_ACTION $ETCD_WATCH_KEY $ETCD_WATCH_VALUE $ETCD_WATCH_MODIFIED_INDEX; exit 3';
    const watch = start(server, 'exec-watch', '/p', '--', 'sh', '-c', script);
    await watch.until(waiting);
    await run('set', '/p', 'one two');
    await watch.until(() => /^set \/p one two \d+\n$/.test(watch.stdout));
    await watch.until(waiting);
    watch.child.kill('SIGINT');
    assert.equal(await watch.ended, 0);
  });

  await t.test('exec-watch ends when its program cannot be started', async () => {
    for (const [program, message] of [
      ['/nonexistent/program', 'fork/exec /nonexistent/program: no such file or directory'],
      ['no-such-program', 'exec: "no-such-program": executable file not found in $PATH'],
    ] as const) {
      const watch = start(server, 'exec-watch', '/p', '--', program);
      await watch.until(waiting);
      await run('set', '/p', 'x');
      assert.equal(await watch.ended, 1);
      assert.equal(watch.stderr, message);
    }
  });

  await t.test('a server that goes away ends a watch', async () => {
    const watch = start(server, 'watch', '-f', '/k');
    await watch.until(waiting);
    await server.stop('SIGKILL');
    assert.equal(await watch.ended, 4);
    assert.match(watch.stderr, /^Error: {2}client: etcd cluster is unavailable or misconfigured; error #0: /);
  });
});
