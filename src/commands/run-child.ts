/** Runs the programs that `watch` and `lock` are given, and tells their end in Go's words. */

import { spawn } from 'node:child_process';
import { constants as osConstants } from 'node:os';
import { systemText } from '../base/go/errno.js';
import { programPath } from '../base/program-path.js';
import type { CommandContext } from './command.js';

/** How a program ended. */
export interface ChildEnd {
  /** What was wrong: `exit status 3`, `signal: killed`, or why it did not start; undefined where it ended well. */
  problem?: string;
  /** The child's exit status, 255 after a signal; undefined where it did not start. */
  status?: number;
}

export interface ChildOptions {
  /** Has the program ended. */
  terminate?: AbortSignal | undefined;
  /** By which signal. Default: SIGTERM. */
  endSignal?: NodeJS.Signals | undefined;
  /** Default: none. */
  stdin?: 'ignore' | 'inherit';
}

/**
 * Runs a program that shares standard output and error with us.
 * @param variables put before or over those of our own environment.
 */
export async function runChild(
  context: CommandContext,
  [name = '', ...args]: string[],
  variables: Record<string, string>,
  { terminate, endSignal = 'SIGTERM', stdin = 'ignore' }: ChildOptions = {},
): Promise<ChildEnd> {
  let path: string;
  try {
    path = programPath(name, context.env.PATH ?? '');
  } catch (error) {
    return { problem: (error as Error).message };
  }
  await context.stdout.flush();
  return new Promise((resolve) => {
    const started = (error: NodeJS.ErrnoException) => resolve({ problem: `fork/exec ${path}: ${systemText(error)}` });
    try {
      const child = spawn(path, args, {
        argv0: name,
        env: { ...context.env, ...variables },
        stdio: [stdin, 'inherit', 'inherit'],
      });
      const kill = () => child.kill(endSignal);
      if (terminate?.aborted) kill();
      else terminate?.addEventListener('abort', kill);
      child.once('error', started);
      child.once('exit', (code, signal) => resolve(childEnd(code, signal)));
    } catch (error) {
      started(error as NodeJS.ErrnoException);
    }
  });
}

function childEnd(code: number | null, signal: NodeJS.Signals | null): ChildEnd {
  if (signal !== null) return { problem: `signal: ${SIGNAL_NAMES[signal] ?? signalNumber(signal)}`, status: 255 };
  return code === 0 ? { status: 0 } : { problem: `exit status ${code}`, status: code! };
}

const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
};

function signalNumber(signal: NodeJS.Signals): string {
  return `signal ${osConstants.signals[signal]}`;
}
