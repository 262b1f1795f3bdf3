/**
 * Runs the inputs of one target in a thread of its own, which the main thread ends when an input hangs or takes all memory. What is
 * being run is known to the main thread at every moment: its number and its bytes lie in shared memory.
 */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../../src/base/errors.js';
import { Mutator } from './mutate.js';
import { Random } from './random.js';
import type { Target } from './target.js';
import { targets } from './targets/index.js';

/** What the thread is started with. */
export interface Work {
  target: string;
  seed: number;
  /** How often the target was begun before in this run. */
  start: number;
  /** Milliseconds to go on for; the input to run, in place of all that. */
  task: { ms: number } | { input: Uint8Array };
  shared: SharedArrayBuffer;
}

/** What it tells. */
export type Message =
  | { finding: 'crash' | 'lost' | 'slow' | 'memory'; text: string; input: Uint8Array }
  /** The seeds are read, and the time begins. */
  | { begun: true }
  | { done: number; known: number };

/** The shared memory: the number of the input that runs (0: none), its length, its bytes. */
export const SHARED_HEAD = 8;
export const SHARED_BYTES = SHARED_HEAD + (4 << 20);

/** CPU seconds that one input may take, on a machine like the one where {@link REFERENCE_SECONDS} was measured; on slower ones more. */
export const MOST_SECONDS = 0.5;
/** How often an input is run that takes longer, before it counts as slow. */
const CONFIRMATIONS = 4;
export const MOST_MEGABYTES = 300;

/** Undefined: the input is read; else why it is refused. */
async function outcome(target: Target, input: Buffer): Promise<string | undefined> {
  try {
    const running = target.run(input);
    if (running) {
      await running;
      // What was left undone fails now, and counts for this input.
      await setImmediate();
    }
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

/** CPU seconds of {@link referenceWork} on the machine on which the limits were chosen, when nobody else is at work there. */
const REFERENCE_SECONDS = 0.02;

/** How much slower this machine is at this time: 1 or more. */
function slowness(): number {
  const tries = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    referenceWork();
    return cpuSeconds(before);
  });
  return Math.max(1, Math.min(...tries) / REFERENCE_SECONDS);
}

/** What readers do: they look at characters and put texts and maps together. */
function referenceWork(): void {
  const text = 'a: b, "c" '.repeat(2000);
  for (let round = 0; round < 40; round++) {
    const seen = new Map<string, string[]>();
    let word = '';
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x20) word += text[at];
      else {
        seen.set(`${word}${at}`, [word]);
        word = '';
      }
    }
  }
}

class Runner {
  private readonly head: Int32Array;
  private readonly bytes: Uint8Array;
  private count = 0;
  private peak = process.resourceUsage().maxRSS;
  private leftBehind: unknown;

  constructor(
    private readonly target: Target,
    shared: SharedArrayBuffer,
  ) {
    this.head = new Int32Array(shared, 0, 2);
    this.bytes = new Uint8Array(shared, SHARED_HEAD);
    process.on('unhandledRejection', (error) => {
      this.leftBehind = error;
    });
  }

  /** Runs one; gives what it led to, for telling whether that is new. */
  async run(input: Buffer): Promise<string> {
    this.bytes.set(input);
    this.head[1] = input.length;
    Atomics.store(this.head, 0, ++this.count);
    try {
      const before = process.cpuUsage();
      const result = await this.checked(input);
      if (cpuSeconds(before) > MOST_SECONDS) await this.confirmSlow(input);
      this.checkMemory(input);
      return result;
    } finally {
      Atomics.store(this.head, 0, 0);
    }
  }

  private async checked(input: Buffer): Promise<string> {
    try {
      const result = await outcome(this.target, input);
      if (this.leftBehind === undefined) return result ?? '';
      throw this.leftBehind;
    } catch (error) {
      this.leftBehind = undefined;
      const { name, stack } = error instanceof Error ? error : new Error(String(error));
      tell({ finding: name === 'Lost' ? 'lost' : 'crash', text: stack ?? name, input });
      return stack ?? name;
    }
  }

  /** Once may be the garbage of those before, code that was loaded, or a machine that has more to do. */
  private async confirmSlow(input: Buffer): Promise<void> {
    let least = Number.POSITIVE_INFINITY;
    for (let left = CONFIRMATIONS; left > 0; left--) {
      const before = process.cpuUsage();
      await outcome(this.target, input).catch(() => {});
      least = Math.min(least, cpuSeconds(before));
      if (least <= MOST_SECONDS) return;
    }
    const factor = slowness();
    if (least <= MOST_SECONDS * factor) return;
    const text = `${least.toFixed(2)} s of CPU time, on a machine that is ${factor.toFixed(1)} times as slow as it might be`;
    tell({ finding: 'slow', text, input });
  }

  private checkMemory(input: Buffer): void {
    const { maxRSS } = process.resourceUsage();
    if (maxRSS - this.peak < MOST_MEGABYTES * 1024) return;
    tell({ finding: 'memory', text: `${Math.round((maxRSS - this.peak) / 1024)} MB more than before`, input });
    this.peak = maxRSS;
  }

  get executions(): number {
    return this.count;
  }
}

function cpuSeconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function tell(message: Message): void {
  parentPort?.postMessage(message);
}

async function main({ target: name, seed, start, task, shared }: Work): Promise<void> {
  const target = targets.find((one) => one.name === name);
  if (!target) throw new Error(`no target ${name}`);
  const runner = new Runner(target, shared);
  if ('input' in task) {
    const refused = await runner.run(Buffer.from(task.input));
    console.log(refused === '' ? 'It is read.' : refused);
    return tell({ done: 1, known: 0 });
  }
  const seeds = await target.seeds();
  for (const input of seeds) {
    await runner.run(input);
  }
  const mutator = new Mutator([...seeds], target.words ?? [], new Random(seed, name, start));
  const seen = new Set(['']);
  tell({ begun: true });
  const end = performance.now() + task.ms;
  while (performance.now() < end) {
    const input = mutator.next();
    const kind = kindOf(await runner.run(input));
    if (!seen.has(kind)) mutator.learn(input);
    seen.add(kind);
  }
  tell({ done: runner.executions, known: seeds.length + seen.size - 1 });
}

/** What an outcome says, without the names and numbers that each input has its own of. */
export function kindOf(outcome: string): string {
  return outcome
    .split('\n', 1)[0]!
    .replace(/".*"|'.*'|\/\S+|[\da-f]*\d[\da-f]*/g, '')
    .slice(0, 200);
}

if (parentPort) {
  main(workerData as Work).catch((error) => {
    queueMicrotask(() => {
      throw error;
    });
  });
}
