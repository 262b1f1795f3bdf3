import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { repoRoot } from '../support/root.js';

/** A process that writes `size` bytes in pieces through our standard output, heeding its promises or not. */
const WRITER = `
const { processIo } = require(process.argv[1]);
const { stdout } = processIo();
const [size, heed] = process.argv.slice(2).map(Number);
let waits = 0, isWaiting = false;
const timer = setInterval(() => {
  if (!isWaiting) return;
  clearInterval(timer);
  process.stderr.write('timers run\\n');
}, 1);
timer.unref();
(async () => {
  for (let at = 0; at < size; at += 10) {
    const wait = stdout.write(at % 20 === 0 ? String(at).padStart(9, '0') + '\\n' : Buffer.from(String(at).padStart(9, '0') + '\\n'));
    if (wait && heed) { waits++; isWaiting = true; await wait; isWaiting = false; }
  }
  await stdout.flush();
  process.stderr.write(JSON.stringify({ waits }));
  process.exit(0);
})();`;

/** @param readWhen what the process has to say before anything is read from it; '' to read at once */
async function write(size: number, heed: boolean, readWhen: string) {
  const module = join(__dirname, '../../src/base/streams.js');
  const child = spawn(process.execPath, ['-e', WRITER, module, String(size), heed ? '1' : '0'], {
    cwd: repoRoot(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  while (!stderr.includes(readWhen)) await new Promise((resolve) => child.stderr.once('data', resolve));
  for await (const chunk of child.stdout) chunks.push(chunk);
  await closed;
  return { text: Buffer.concat(chunks).toString(), told: JSON.parse(stderr.slice(stderr.indexOf('{'))) };
}

function numbered(size: number): string {
  let text = '';
  for (let at = 0; at < size; at += 10) text += `${String(at).padStart(9, '0')}\n`;
  return text;
}

test('everything arrives once and in order, whether the writer waits or not', async () => {
  for (const heed of [true, false]) {
    const { text } = await write(2_000_000, heed, '');
    assert.ok(text === numbered(2_000_000), `heed ${heed}`);
  }
});

test('a reader that is behind holds the writer back, but not its timers', async () => {
  // What the process says while it waits tells that its timers run, and nothing is read before it has said so.
  const { text, told } = await write(2_000_000, true, 'timers run');
  assert.ok(text === numbered(2_000_000));
  assert.ok(told.waits > 0, 'the writer was told to wait');
});
