/** Puts under load: many at a time, at a given rate or as fast as they go. */
import { randomBytes } from 'node:crypto';
import type { EtcdClient } from './client.js';

export interface PutLoad {
  /** All keys begin with it. */
  prefix: Buffer;
  /** Bytes of a key behind the prefix, and of a value. */
  keyBytes: number;
  valueBytes: number;
  /** Puts that are on their way at the same time. */
  concurrency: number;
  /** Puts a second; undefined: as fast as they go. */
  perSecond?: number;
  /** The load ends after so many milliseconds, or after `count` puts, whichever is given. */
  milliseconds?: number;
  count?: number;
  /** Begins no more puts when it is aborted. */
  signal: AbortSignal;
  /** Told now and then how many puts are done. */
  progress?: ((done: number) => void) | undefined;
}

export interface LoadResult {
  /** Seconds that each put took that succeeded. */
  latencies: number[];
  /** How often each error came. */
  errors: Map<string, number>;
  /** Seconds from the first put to the last answer. */
  seconds: number;
}

/** How long to sleep when no put is due. */
const TICK_MS = 1;

/** Writes keys of random names; returns when all that was begun is answered. Never throws: errors are counted. */
export async function putUnderLoad(client: EtcdClient, load: PutLoad): Promise<LoadResult> {
  const result: LoadResult = { latencies: [], errors: new Map(), seconds: 0 };
  const value = Buffer.alloc(load.valueBytes);
  const running = new Running();
  const start = performance.now();
  const last = load.milliseconds === undefined ? Number.POSITIVE_INFINITY : start + load.milliseconds;
  const most = load.count ?? Number.POSITIVE_INFINITY;
  for (let begun = 0; begun < most && !load.signal.aborted && !hopeless(result, load); ) {
    const now = performance.now();
    if (now >= last) break;
    const due = load.perSecond === undefined ? most : Math.floor(((now - start) / 1000) * load.perSecond) + 1;
    if (begun < due && running.count < load.concurrency) {
      running.add(timedPut(client, randomKey(load), value, result));
      begun += 1;
      continue;
    }
    if (running.count >= load.concurrency) await running.fewer();
    else await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    load.progress?.(result.latencies.length);
  }
  if (!(await allAnswered(running, load.signal))) result.errors.set('not answered', running.count);
  load.progress?.(result.latencies.length);
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

/** How many puts are on their way. (A race of their promises would cost as much a put as there are of them.) */
class Running {
  count = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param put never rejects. */
  add(put: Promise<void>): void {
    this.count += 1;
    void put.then(() => {
      this.count -= 1;
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  /** Resolves when one of them has ended. */
  fewer(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async none(): Promise<void> {
    while (this.count > 0) await this.fewer();
  }
}

/** How long an interrupted load waits for answers. */
const GRACE_MS = 2000;

/** Waits until nothing is running; when it is interrupted, only for a while. */
async function allAnswered(running: Running, signal: AbortSignal): Promise<boolean> {
  const all = running.none().then(() => true);
  const given = new Promise<boolean>((resolve) => {
    const giveUp = () => setTimeout(() => resolve(false), GRACE_MS);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([all, given]);
}

/** Nothing has worked so far, and enough was tried. */
function hopeless({ latencies, errors }: LoadResult, { concurrency }: PutLoad): boolean {
  if (latencies.length > 0) return false;
  let failures = 0;
  for (const count of errors.values()) failures += count;
  return failures >= concurrency;
}

function randomKey({ prefix, keyBytes }: PutLoad): Buffer {
  const key = Buffer.alloc(prefix.length + keyBytes);
  prefix.copy(key);
  randomBytes(Math.min(16, keyBytes)).copy(key, prefix.length);
  return key;
}

async function timedPut(client: EtcdClient, key: Buffer, value: Buffer, result: LoadResult): Promise<void> {
  const start = performance.now();
  try {
    await client.callable.callRaw('KV', 'put', { key, value }, { timeoutMs: null });
    result.latencies.push((performance.now() - start) / 1000);
  } catch (error) {
    const { etcdText, message } = error as { etcdText?: string; message: string };
    const text = etcdText ?? message;
    result.errors.set(text, (result.errors.get(text) ?? 0) + 1);
  }
}
