/**
 * `npm run fuzz -- --seconds N [--seed S] [--target NAME]`: reads inputs that are made out of good ones, for so many seconds, and fails
 * when one of them crashes, hangs, takes too much memory, or does not come back. `--target NAME --input FILE` reads one of them again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { targets } from './targets/index.js';
import { kindOf, type Message, MOST_MEGABYTES, MOST_SECONDS, SHARED_BYTES, SHARED_HEAD, type Work } from './worker.js';

/** Where inputs that were found go. */
const FOUND = 'build/fuzz';

/** CPU seconds after which an input that does not end is given up: so many that no machine's slowness explains it. */
const HANGS_AFTER = 20 * MOST_SECONDS;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true },
    input: { type: 'string' },
  },
});

/** What went wrong, once a kind. */
const findings = new Map<string, number>();

function found(target: string, kind: string, text: string, input: Uint8Array): void {
  const place = /^ +at .*$/m.exec(text)?.[0] ?? '';
  const id = `${target} ${kind} ${kind === 'crash' || kind === 'lost' ? `${kindOf(text)} ${place.trim()}` : ''}`;
  findings.set(id, (findings.get(id) ?? 0) + 1);
  if (findings.get(id) !== 1 || values.input !== undefined) return;
  const name = `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  const path = join(FOUND, name);
  mkdirSync(FOUND, { recursive: true });
  writeFileSync(path, input);
  if (NEED_ANOTHER_LOOK.has(kind) && isFineAlone(target, path)) {
    findings.delete(id);
    console.log(`${target}: ${kind}, but not in a process of its own: ${path}`);
    return;
  }
  console.log(`\n${target}: ${kind}, input of ${input.length} bytes\n${text}`);
  console.log(`Again: npm run fuzz -- --target ${target} --input ${relative('.', path)}\n`);
}

/** What may be of the inputs before, whose memory was not given back yet, or of the machine. */
const NEED_ANOTHER_LOOK = new Set(['slow', 'hang', 'memory']);

function isFineAlone(target: string, path: string): boolean {
  const { status } = spawnSync(process.execPath, [__filename, '--target', target, '--input', path], {
    stdio: 'ignore',
  });
  return status === 0;
}

/** What a thread did. */
interface Round {
  executions: number;
  /** Inputs with an outcome of their own, the seeds among them. */
  known: number;
  /** Milliseconds, without those for the seeds. */
  ms: number;
}

/** Runs a target in a thread until its time is over, or an input ended the thread. */
function runThread(work: Work): Promise<Round> {
  const head = new Int32Array(work.shared, 0, 2);
  head.fill(0);
  const input = () => Buffer.from(new Uint8Array(work.shared, SHARED_HEAD, head[1]!));
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'worker.js'), {
      workerData: work,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    });
    const round: Round = { executions: 0, known: 0, ms: 0 };
    let begin = performance.now();
    const watch = watchFor(head, () => {
      found(work.target, 'hang', `no end after ${HANGS_AFTER} s of CPU time`, input());
      void worker.terminate();
    });
    worker.on('message', (message: Message) => {
      if ('begun' in message) begin = performance.now();
      else if ('done' in message) Object.assign(round, { executions: message.done, known: message.known });
      else found(work.target, message.finding, message.text, message.input);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (head[0] === 0) reject(error);
      else if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') found(work.target, 'memory', error.message, input());
      else found(work.target, 'crash', error.stack ?? error.message, input());
    });
    worker.on('exit', () => {
      clearInterval(watch);
      resolve({ ...round, executions: round.executions || head[0]!, ms: performance.now() - begin });
    });
  });
}

/** Calls `hangs` when one input runs for too long. */
function watchFor(head: Int32Array, hangs: () => void): NodeJS.Timeout {
  let running = 0;
  let since = process.cpuUsage();
  return setInterval(() => {
    const now = Atomics.load(head, 0);
    if (now !== running || now === 0) since = process.cpuUsage();
    running = now;
    const { user, system } = process.cpuUsage(since);
    if (user + system > HANGS_AFTER * 1e6) hangs();
  }, 100);
}

async function fuzz(target: string, ms: number): Promise<void> {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  let executions = 0;
  let known = 0;
  for (let start = 0, left = ms; left > 0; start++) {
    const round = await runThread({ target, seed: Number(values.seed), start, task: { ms: left }, shared });
    executions += round.executions;
    known = Math.max(known, round.known);
    left -= round.ms;
  }
  const seconds = (ms / 1000).toFixed(0);
  console.log(
    `${target.padEnd(20)} ${String(executions).padStart(9)} executions in ${seconds} s, ${known} kinds known`,
  );
}

async function main(): Promise<void> {
  const wanted = targets.filter(({ name }) => values.target?.includes(name) ?? true);
  if (wanted.length === 0) throw new Error(`the targets are ${targets.map(({ name }) => name).join(', ')}`);
  if (values.input !== undefined) {
    const [{ name }] = wanted as [(typeof wanted)[0]];
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    await runThread({ target: name, seed: 0, start: 0, task: { input: readFileSync(values.input) }, shared });
  } else {
    for (const { name } of wanted) await fuzz(name, (Number(values.seconds) * 1000) / wanted.length);
  }
  for (const [id, times] of findings) console.log(`FOUND ${times} times: ${id}`);
  process.exitCode = findings.size > 0 ? 1 : 0;
}

void main();
