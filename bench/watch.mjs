// watch of 100,000 events that are already there, from the first to the last; 20,000 of them with the values before.
import { spawnSync } from 'node:child_process';
import { compare, ETCDCTL, KETCDCTL, scaled } from './compare.mjs';
import { startServer } from './server.mjs';

const EVENTS = scaled(100_000, 100);
const until = new URL('until.mjs', import.meta.url).pathname;

function fill(flags) {
  const value = 'x'.repeat(256);
  for (let first = 0; first < EVENTS; first += 100) {
    const puts = Array.from({ length: 100 }, (_, i) => `put /bench/${(first + i) % 20_000} ${value}`);
    const { status, stderr } = spawnSync(ETCDCTL[0], [...flags, 'txn'], {
      input: `\n${puts.join('\n')}\n\n\n`,
      env: { ...process.env, ETCDCTL_API: '3' },
    });
    if (status !== 0) throw new Error(stderr.toString());
  }
}

const server = await startServer();
fill(server.flags);
const both = (count, mark, ...args) => {
  const command = (client) => [
    process.execPath,
    until,
    String(count),
    mark,
    ...client,
    ...server.flags,
    'watch',
    ...args,
  ];
  return { etcdctl: { command: command(ETCDCTL) }, ketcdctl: { command: command(KETCDCTL) } };
};
const range = ['--prefix', '--rev', '1', '/bench/'];
const aim = 'at most 1.0 of etcdctl';
compare(`watch of ${EVENTS} events, simple`, both(EVENTS * 3, '\n', ...range), { aim });
compare('… -w json', both(EVENTS, '"kv":', ...range, '-w', 'json'), { aim });
compare('… -w fields --prev-kv', both(EVENTS, '"Type"', ...range, '-w', 'fields', '--prev-kv'), { aim });
await server.stop();
