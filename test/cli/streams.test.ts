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
let waits = 0, ticks = 0;
setInterval(() => ticks++, 1).unref();
(async () => {
  for (let at = 0; at < size; at += 10) {
    const wait = stdout.write(at % 20 === 0 ? String(at).padStart(9, '0') + '\\n' : Buffer.from(String(at).padStart(9, '0') + '\\n'));
    if (wait && heed) { waits++; await wait; }
  }
  await stdout.flush();
  process.stderr.write(JSON.stringify({ waits, ticks, rss: process.memoryUsage().rss }));
  process.exit(0);
})();`;

async function write(size: number, heed: boolean, pause: number) {
  const module = join(__dirname, '../../src/cli/streams.js');
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
  await new Promise((resolve) => setTimeout(resolve, pause));
  for await (const chunk of child.stdout) chunks.push(chunk);
  await closed;
  return { text: Buffer.concat(chunks).toString(), told: JSON.parse(stderr) };
}

function numbered(size: number): string {
  let text = '';
  for (let at = 0; at < size; at += 10) text += `${String(at).padStart(9, '0')}\n`;
  return text;
}

test('everything arrives once and in order, whether the writer waits or not', async () => {
  for (const heed of [true, false]) {
    const { text } = await write(2_000_000, heed, 0);
    assert.ok(text === numbered(2_000_000), `heed ${heed}`);
  }
});

test('a reader that is behind holds the writer back, but not its timers', async () => {
  const { text, told } = await write(2_000_000, true, 300);
  assert.ok(text === numbered(2_000_000));
  assert.ok(told.waits > 0, 'the writer was told to wait');
  assert.ok(told.ticks > 20, `timers ran meanwhile: ${told.ticks}`);
});
