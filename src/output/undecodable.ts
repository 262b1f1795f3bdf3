import type { Context } from '../base/contract.js';

const counts = new WeakMap<Context, number>();

/** Tells on standard error that a value cannot be decoded; the run goes on. */
export function tellUndecodable(context: Context, error: unknown): void {
  counts.set(context, undecodable(context) + 1);
  context.stderr.write(`Error: ${(error as Error).message}\n`);
}

/** How many values could not be decoded in this run: if any, the exit code is to be 1. */
export function undecodable(context: Context): number {
  return counts.get(context) ?? 0;
}
