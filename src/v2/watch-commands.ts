import { spawn } from 'node:child_process';
import { systemText } from '../base/go/errno.js';
import { programPath } from '../base/program-path.js';
import { keyArgument } from './key-commands.js';
import { type KeysAnswer, KeysApi } from './keys-api.js';
import { printAnswer } from './print.js';
import { type Action, badArguments, Ending, keyFailure, type Run, V2Exit } from './run.js';

export const watch: Action = (run) =>
  untilInterrupted(async (signal) => {
    const recursive = run.flags.bool('recursive');
    const keys = new KeysApi(await run.connect());
    for await (const event of events(run, keys, keyArgument(run), signal)) {
      if (event.node.dir) continue;
      if (recursive) run.io.stdout.write(`[${event.action}] ${event.node.key}\n`);
      printAnswer(run, event);
      if (!run.flags.bool('forever')) return;
    }
  });

export const execWatch: Action = (run) =>
  untilInterrupted(async (signal, fail) => {
    const keys = new KeysApi(await run.connect());
    const { key, program } = programArguments(run);
    for await (const event of events(run, keys, key, signal)) {
      if (event.node.dir) run.io.stderr.write(`Ignored dir ${event.node.key} change\n`);
      else start(program, event, run.env, fail);
    }
  });

/** `KEY -- PROGRAM ARGS…`; without the dashes etcdctl takes the last word as the key. */
function programArguments(run: Run): { key: string; program: string[] } {
  const { args, dashes } = run;
  const [key, program] = dashes ? [args[0], args.slice(dashes)] : [args.at(-1), args.slice(0, -1)];
  if (key === undefined || program.length === 0) throw badArguments(run, 'key and command to exec required');
  return { key, program };
}

async function* events(run: Run, keys: KeysApi, key: string, signal: AbortSignal): AsyncGenerator<KeysAnswer> {
  try {
    yield* keys.watch(key, run.flags.int('after-index'), run.flags.bool('recursive'), signal);
  } catch (error) {
    throw keyFailure(V2Exit.ServerError, error);
  }
}

/** Runs until `work` is done or has failed; Ctrl-C is a good end. */
export async function untilInterrupted(
  work: (signal: AbortSignal, fail: (error: Error) => void) => Promise<void>,
): Promise<number> {
  const abort = new AbortController();
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      stop = resolve;
      process.once('SIGINT', stop);
      work(abort.signal, reject).then(resolve, reject);
    });
  } finally {
    process.off('SIGINT', stop);
    abort.abort();
  }
  return V2Exit.Ok;
}

/** Starts the program for an event and does not wait for it: the next event is not held up, and its exit code is nobody's business. */
function start(
  program: readonly string[],
  event: KeysAnswer,
  env: NodeJS.ProcessEnv,
  fail: (error: Error) => void,
): void {
  const [name, ...args] = program as [string, ...string[]];
  let path: string;
  try {
    path = programPath(name, env.PATH ?? '');
  } catch (error) {
    fail(new Ending(V2Exit.Error, (error as Error).message));
    return;
  }
  const child = spawn(path, args, {
    argv0: name,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...env,
      ETCD_WATCH_ACTION: event.action,
      ETCD_WATCH_MODIFIED_INDEX: event.node.modifiedIndex,
      ETCD_WATCH_KEY: event.node.key,
      ETCD_WATCH_VALUE: event.node.value,
    },
  });
  child.on('error', (error) => fail(new Ending(V2Exit.Error, `fork/exec ${path}: ${systemText(error)}`)));
  child.unref();
}
