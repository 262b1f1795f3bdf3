import { after } from '../base/timer.js';
import type { Callable } from '../rpc/callable.js';

/**
 * Where a stream that broke, or was never answered, is opened next: on the endpoint after the one that failed. With one endpoint
 * it is that one again.
 */
export function nextEndpoint(callable: Callable, failed: string | undefined): Callable {
  const { endpoints } = callable;
  const at = failed === undefined ? -1 : endpoints.indexOf(failed);
  return at < 0 || endpoints.length < 2 ? callable : callable.at(endpoints[(at + 1) % endpoints.length]!);
}

/** Waits; ends early when `signal` says so. Never rejects. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = () => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = after(ms, end);
    signal?.addEventListener('abort', end);
  });
}
