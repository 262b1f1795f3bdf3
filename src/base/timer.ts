/** setTimeout keeps milliseconds in 31 bits; what is longer it takes for 1 ms. */
const LONGEST_MS = 0x7fffffff;

/** A call that is to come. */
export interface Timer {
  cancel(): void;
}

/**
 * Calls `fn` once, after any time: also one of more than the 24.8 days that setTimeout takes, and never after an infinite one.
 * @param keepsAlive whether the process waits for it
 */
export function after(ms: number, fn: () => void, keepsAlive = true): Timer {
  let timer: NodeJS.Timeout | undefined;
  const end = performance.now() + ms;
  const wait = () => {
    const left = Math.max(0, end - performance.now());
    timer = setTimeout(left <= LONGEST_MS ? fn : wait, Math.min(left, LONGEST_MS));
    if (!keepsAlive) timer.unref();
  };
  if (ms !== Number.POSITIVE_INFINITY) wait();
  return { cancel: () => clearTimeout(timer) };
}

/** As AbortSignal.timeout, for any time: it aborts then, and does not keep the process alive. */
export function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  after(ms, () => controller.abort(new DOMException('the time is over', 'TimeoutError')), false);
  return controller.signal;
}

/** Resolves after any time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => after(ms, resolve));
}
