import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { program } from './program.js';

export interface CliOptions {
  /** Standard input; without it there is nothing to read. */
  input?: string | Buffer;
  /** `etcdctl@3.5`: what it is to imitate. */
  as?: string;
  env?: NodeJS.ProcessEnv;
  /** Sends SIGINT when so many bytes came on standard output. */
  interruptAfterBytes?: number;
}

export interface CliEnd {
  /** 128 and the signal's number when a signal ended it. */
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs the program as a process of its own, and waits for its end. */
export async function runCli(argv: string[], options: CliOptions = {}): Promise<CliEnd> {
  const { bytes, ...end } = await runCliForBytes(argv, options);
  return { ...end, stdout: bytes.toString() };
}

/** The same, with standard output as it came. */
export function runCliForBytes(
  argv: string[],
  options: CliOptions = {},
): Promise<Omit<CliEnd, 'stdout'> & { bytes: Buffer }> {
  const { input, as, env, interruptAfterBytes = Number.POSITIVE_INFINITY } = options;
  const child = spawn(...program(argv), {
    env: { PATH: process.env.PATH, HOME: tmpdir(), ...(as ? { KETCDCTL_AS: as } : {}), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const chunks: Buffer[] = [];
  let stderr = '';
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= interruptAfterBytes) child.kill('SIGINT');
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ bytes: Buffer.concat(chunks), stderr, exit: code ?? 128 + (signal === 'SIGINT' ? 2 : 15) });
    });
  });
}
