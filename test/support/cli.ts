import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The compiled program beside the compiled tests. */
export const MAIN = join(__dirname, '..', '..', 'src', 'main.js');

export interface CliOptions {
  /** Standard input; without it there is nothing to read. */
  input?: string | Buffer;
  /** `etcdctl@3.5`: what it is to imitate. */
  as?: string;
  env?: NodeJS.ProcessEnv;
  /** Sends SIGINT after so many milliseconds. */
  interruptAfterMs?: number;
}

export interface CliEnd {
  /** 128 and the signal's number when a signal ended it. */
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs the program as a process of its own, and waits for its end. */
export function runCli(argv: string[], options: CliOptions = {}): Promise<CliEnd> {
  const { input, as, env, interruptAfterMs } = options;
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...(as ? { KETCDCTL_AS: as } : {}), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  if (interruptAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), interruptAfterMs);
  const collected = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      collected[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ ...collected, exit: code ?? 128 + (signal === 'SIGINT' ? 2 : 15) }));
  });
}
