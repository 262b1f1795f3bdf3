import { RpcError } from '../rpc/error.js';
import { Code } from '../rpc/status.js';
import { pause } from './next-endpoint.js';

const AGAIN_MS = 200;

/** Whether the cluster could not be asked, or nobody knows whether it did what it was asked: nothing that it refuses for good. */
export function isOutage(error: unknown): error is RpcError {
  return error instanceof RpcError && (error.code === Code.Unavailable || error.outcomeUnknown);
}

/**
 * Sends a write again, for some milliseconds, while the cluster cannot be asked or nobody knows whether it was done. Only for writes
 * that come to the same when they are done twice.
 * @throws what `send` throws for any other reason, or when the time is over.
 */
export async function sendUntilDone<T>(send: () => Promise<T>, patienceMs: number, signal?: AbortSignal): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (signal?.aborted || Date.now() >= end || !isOutage(error)) throw error;
      await pause(AGAIN_MS, signal);
    }
  }
}
