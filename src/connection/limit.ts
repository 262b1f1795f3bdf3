import { after, type Timer } from '../base/timer.js';
import { CallFailure } from '../rpc/call-failure.js';
import type { CallOptions } from '../rpc/callable.js';
import { Code } from '../rpc/status.js';

/** How long a call may go on: until its deadline, or until somebody cancels it. Its retries and its login share one. */
export class Limit {
  /** Milliseconds since the epoch; undefined: no end. */
  readonly deadline: number | undefined;
  /** What the caller allowed, for the error's text. */
  readonly allowedMs: number | undefined;
  /** Set when it is over. */
  over: CallFailure | undefined;
  private readonly listeners = new Set<(failure: CallFailure) => void>();
  private readonly timer: Timer | undefined;
  private readonly signals: AbortSignal[];
  private readonly onAbort = () => this.end(new CallFailure(Code.Canceled, 'cancelled', { endpoint: '', sent: true }));

  constructor(options: CallOptions, defaultMs: number | undefined, signal: AbortSignal | undefined) {
    this.deadline = deadlineOf(options, defaultMs);
    this.signals = [options.signal, signal].filter((one) => one !== undefined);
    for (const one of this.signals) {
      if (one.aborted) this.onAbort();
      one.addEventListener('abort', this.onAbort);
    }
    this.allowedMs = options.patienceMs;
    if (this.deadline === undefined) return;
    this.allowedMs = Math.max(0, this.deadline - Date.now());
    this.timer = after(this.allowedMs, () => this.expire());
  }

  /** Ends it now, for want of an answer. */
  expire(): void {
    this.end(new CallFailure(Code.DeadlineExceeded, 'context deadline exceeded', { endpoint: '', sent: true }));
  }

  /** Calls `listener` once when it is over, at once if it already is. Gives the way to take it back. */
  onOver(listener: (failure: CallFailure) => void): () => void {
    if (this.over) listener(this.over);
    else this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The promise, or a rejection with the CallFailure when it is over before. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const off = this.onOver(reject);
      promise.then(resolve, reject).finally(off);
    });
  }

  sleep(ms: number): Promise<void> {
    let timer: Timer | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = after(ms, resolve);
    });
    return this.race(slept).finally(() => timer?.cancel());
  }

  /** To be called when the call has ended: a timer would keep the process alive. */
  dispose(): void {
    this.timer?.cancel();
    for (const one of this.signals) one.removeEventListener('abort', this.onAbort);
    this.listeners.clear();
  }

  private end(failure: CallFailure): void {
    if (this.over) return;
    this.over = failure;
    for (const listener of [...this.listeners]) listener(failure);
    this.dispose();
  }
}

function deadlineOf(options: CallOptions, defaultMs: number | undefined): number | undefined {
  if (options.deadline !== undefined) {
    const deadline = Number(options.deadline);
    return Number.isFinite(deadline) ? deadline : undefined;
  }
  const ms = options.timeoutMs === undefined ? defaultMs : options.timeoutMs;
  return ms === undefined || ms === null ? undefined : Date.now() + ms;
}
