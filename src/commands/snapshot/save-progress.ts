import { isDropIn } from '../../base/contract.js';
import type { SnapshotOptions } from '../../etcd/snapshot.js';
import { decimalBytes } from '../../output/size.js';
import type { CommandContext } from '../command.js';

export interface Progress {
  update: NonNullable<SnapshotOptions['progress']>;
  stop(): void;
}

/** A server sends a piece for every 32 KiB: nobody reads that many numbers. */
const EVERY_MS = 200;

/** Bytes and rate, on a terminal only. */
export async function saveProgress(context: CommandContext, path: string): Promise<Progress | undefined> {
  if (!context.stderr.isTTY || isDropIn(context.mode)) return undefined;
  // ora counts the lines that its text takes: without end on a terminal that says it is 0 columns wide.
  if (!process.stderr.columns) return undefined;
  const { default: ora } = await import('ora');
  // A hidden cursor has a listener for signals that brings it back, which would count as one that ends the process.
  const spinner = ora({
    text: `saving ${path}`,
    stream: process.stderr,
    discardStdin: false,
    hideCursor: false,
  }).start();
  const start = Date.now();
  let shown = start;
  return {
    update(received, remaining) {
      const now = Date.now();
      if (now - shown < EVERY_MS) return;
      shown = now;
      const rate = decimalBytes(received / ((now - start) / 1000));
      const of = remaining > 0 ? ` of ${decimalBytes(received + remaining)}` : '';
      spinner.text = `saving ${path}: ${decimalBytes(received)}${of}, ${rate}/s`;
    },
    stop: () => spinner.stop(),
  };
}
