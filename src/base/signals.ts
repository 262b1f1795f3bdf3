import type { Context } from './contract.js';
import { SilentFailure } from './errors.js';
import { dieBySigpipe } from './streams.js';

/** Ctrl-C, `kill`, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long a signal waits for a reader that takes nothing of what is printed. */
const FLUSH_MS = 1000;

/** As a shell tells of what Ctrl-C has ended. */
const INTERRUPTED = 130;

function isOutlived(context: Context, name: NodeJS.Signals | undefined): boolean {
  return context.outlivesInterrupt === true && name === 'SIGINT';
}

/** Thrown by what a signal interrupts before it has done anything: the signal then ends the process. */
export class EndBySignal extends Error {}

/**
 * Runs something that cleans up after a signal, or when the reader of standard output has gone away: these abort the signal that it is
 * given (the reason is the signal's name), and do nothing else. After SIGHUP, and without a reader, the process then ends as it would have at once.
 */
export async function catchingSignals<T>(context: Context, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let caught: NodeJS.Signals | undefined;
  const abort = (name: NodeJS.Signals) => {
    caught ??= name;
    controller.abort(name);
  };
  const off = () => {
    for (const name of SIGNALS) process.off(name, abort);
    context.stdout.onReaderGone = undefined;
  };
  for (const name of SIGNALS) process.on(name, abort);
  context.stdout.onReaderGone = abort;
  try {
    return await body(controller.signal);
  } catch (error) {
    if (!(error instanceof EndBySignal)) throw error;
    off();
    if (isOutlived(context, caught)) throw new SilentFailure(INTERRUPTED);
    return end(caught ?? 'SIGTERM');
  } finally {
    off();
    if (caught === 'SIGHUP' || caught === 'SIGPIPE') await end(caught);
  }
}

/**
 * Runs something that a signal ends, as it would without a handler, but for the output: what was printed is written to the end of
 * its line. A second signal ends it at once, and so does a reader that does not read.
 */
export async function endedBySignal<T>(context: Context, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let caught: NodeJS.Signals | undefined;
  const off = () => {
    for (const one of SIGNALS) process.off(one, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (isOutlived(context, name)) {
      caught = name;
      controller.abort();
      return;
    }
    if (caught) {
      off();
      die(name);
      return;
    }
    caught = name;
    whenStuck(context, () => {
      off();
      die(name);
    });
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await body(controller.signal);
  } catch (error) {
    if (isOutlived(context, caught)) throw new SilentFailure(INTERRUPTED);
    throw error;
  } finally {
    if (caught) {
      await context.stdout.flush();
      off();
      if (!isOutlived(context, caught)) await end(caught);
    }
    off();
  }
}

/** Calls `then` when standard output has taken nothing for a while. */
function whenStuck({ stdout }: Context, then: () => void): void {
  let before = stdout.written;
  setInterval(() => {
    if (stdout.written === before) then();
    before = stdout.written;
  }, FLUSH_MS);
}

/** Ends the process by a signal; what is printed after this is not. */
export function end(name: NodeJS.Signals): Promise<never> {
  die(name);
  // The signal has the time that it takes.
  return new Promise(() => setInterval(() => {}, 1 << 30));
}

function die(name: NodeJS.Signals): void {
  if (name === 'SIGPIPE') dieBySigpipe();
  // Whoever else listens (a library that shows the cursor again) would keep the signal from ending the process.
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
