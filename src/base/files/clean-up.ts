/** What ends a process and can be caught. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `remove` when one of the signals comes, and then lets it end the process. Gives the function that stops this. */
export function onEndingSignal(remove: () => void): () => void {
  const stop = (): void => {
    for (const name of SIGNALS) process.off(name, caught);
  };
  const caught = (name: NodeJS.Signals): void => {
    stop();
    remove();
    // Whoever else listens ends the process when it has written what it has to write.
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
  };
  for (const name of SIGNALS) process.on(name, caught);
  return stop;
}

/**
 * Runs something that makes files. When it fails, or a signal ends the process meanwhile, `remove` takes them away.
 * A signal is only seen between two steps of `body`: what takes long has to wait for something now and then.
 */
export async function removingUnlessDone<T>(remove: () => void, body: () => Promise<T>): Promise<T> {
  const stop = onEndingSignal(remove);
  try {
    return await body();
  } catch (error) {
    remove();
    throw error;
  } finally {
    stop();
  }
}

/** Lets signals and timers have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
