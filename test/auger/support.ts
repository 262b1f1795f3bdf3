import { Readable } from 'node:stream';
import type { Io, Output } from '../../src/base/contract.js';
import { runTool } from '../../src/cli/run.js';

export interface AugerEnd {
  exit: number;
  stdout: Buffer;
  stderr: string;
}

class Captured implements Output {
  readonly isTTY = false;
  readonly chunks: Buffer[] = [];

  write(chunk: string | Uint8Array): undefined {
    this.chunks.push(Buffer.from(chunk));
  }

  async flush(): Promise<void> {}
}

/** Runs a command line of auger (or of another program) in this process. */
export async function runAs(
  program: string,
  argv: string[],
  input: Buffer = Buffer.alloc(0),
  env: NodeJS.ProcessEnv = {},
): Promise<AugerEnd> {
  const stdout = new Captured();
  const stderr = new Captured();
  const stdin = Readable.from(input.length === 0 ? [] : [input]);
  const exit = await runTool({ name: program, argv, env, io: { stdout, stderr, stdin } as unknown as Io });
  return { exit, stdout: Buffer.concat(stdout.chunks), stderr: Buffer.concat(stderr.chunks).toString() };
}

export const auger = (argv: string[], input?: Buffer, env?: NodeJS.ProcessEnv) => runAs('auger', argv, input, env);
