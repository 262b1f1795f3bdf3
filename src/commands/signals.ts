import type { Context } from '../cli/command.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** How long a signal waits for what is printed to be read. */
const FLUSH_MS = 500;

/** Runs something that cleans up after SIGINT and SIGTERM: they abort the signal that it is given, and do nothing else. */
export async function catchingSignals<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const name of SIGNALS) process.on(name, abort);
  try {
    return await body(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}

/**
 * Runs something that a signal ends, as it would without a handler, but for the output: what was printed is written to the end of
 * its line. A second signal ends it at once, and so does a reader that does not read.
 */
export async function endedBySignal<T>(context: Context, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let caught: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    if (caught) die(name, onSignal);
    caught = name;
    setTimeout(() => die(name, onSignal), FLUSH_MS);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await body(controller.signal);
  } finally {
    if (caught) {
      await context.stdout.flush();
      die(caught, onSignal);
    }
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

function die(name: NodeJS.Signals, handler: (name: NodeJS.Signals) => void): void {
  for (const one of SIGNALS) process.off(one, handler);
  process.kill(process.pid, name);
}
