// The memory of watch while 20,000 events a second happen and nobody reads its output that fast: it has to stay flat, as what waits to
// be read waits at the server. `node bench/slow-reader.mjs [seconds]`
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { KETCDCTL } from './compare.mjs';
import { startServer } from './server.mjs';

const PER_SECOND = 20_000;
const SECONDS = Number(process.argv[2] ?? 60);

const server = await startServer();
const agent = new Agent({ keepAlive: true });
const base64 = (text) => Buffer.from(text).toString('base64');

/** One transaction of a hundred puts, by etcd's JSON gateway. */
function txn(first) {
  const value = base64('x'.repeat(200));
  const success = Array.from({ length: 100 }, (_, i) => ({
    request_put: { key: base64(`/bench/${(first + i) % 5000}`), value },
  }));
  return new Promise((resolve, reject) => {
    const call = request(`${server.flags[1]}/v3/kv/txn`, { method: 'POST', agent }, (response) => {
      response.resume().on('end', resolve);
    });
    call.on('error', reject).end(JSON.stringify({ success }));
  });
}

await new Promise((resolve) => setTimeout(resolve, 1000));
const [program, ...args] = KETCDCTL;
const child = spawn(program, [...args, ...server.flags, 'watch', '--prefix', '/bench/'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.stdout.on('readable', () => {});
let read = 0;
// 16 KiB twenty times a second: a fifteenth of what happens.
const reader = setInterval(() => {
  read += child.stdout.read(16_384)?.length ?? 0;
}, 50);
const memory = (field) =>
  Math.round(/(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8').split(field)[1])[1] / 1024);

const start = Date.now();
let written = 0;
let told = 0;
while (Date.now() - start < SECONDS * 1000) {
  const seconds = (Date.now() - start) / 1000;
  if (seconds >= told) {
    console.log(`${told} s: ${written} events, ${(read / 1e6).toFixed(1)} MB read, ${memory('VmRSS')} MB`);
    told += 10;
  }
  if (written > seconds * PER_SECOND) await new Promise((resolve) => setTimeout(resolve, 2));
  else {
    await Promise.all([txn(written), txn(written + 100)]);
    written += 200;
  }
}
console.log(`${SECONDS} s: ${written} events, at most ${memory('VmHWM')} MB (aim: flat)`);
clearInterval(reader);
child.kill('SIGKILL');
agent.destroy();
await server.stop();
