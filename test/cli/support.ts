import type { Io, Mode, Output } from '../../src/base/contract.js';
import { bool, duration, type FlagsOf, flagList, int, string, strings, uint } from '../../src/base/flags/declare.js';
import { FlagTable } from '../../src/base/flags/normalize.js';
import { parseWords } from '../../src/base/flags/parse.js';
import { runTool } from '../../src/cli/run.js';
import { runCli } from '../support/cli.js';
import { asTool, builtProgram } from '../support/program.js';

export const OWN: Mode = { tool: 'ketcdctl' };

export interface Ended {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process, or by the built program that is tried; standard input is not to be read. */
export async function runLine(program: string, argv: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  if (builtProgram) return runCli(argv, { env: { ...asTool(program), ...env } });
  const stdout = new Captured();
  const stderr = new Captured();
  const exit = await runTool({ name: program, argv, env, io: io(stdout, stderr) });
  return { exit, stdout: stdout.text, stderr: stderr.text };
}

/** As runLine, as an etcdctl or etcdutl of that version. */
export function runAs(tool: string, version: string, argv: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return runLine('ketcdctl', argv, { ...env, KETCDCTL_AS: `${tool}@${version}` });
}

export function io(stdout: Output, stderr: Output): Io {
  return {
    stdout,
    stderr,
    get stdin(): never {
      throw new Error('standard input was read');
    },
  };
}

/** Keeps what is written. */
export class Captured implements Output {
  readonly isTTY = false;
  #chunks: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  write(chunk: string | Uint8Array): undefined {
    this.#chunks.push(Buffer.from(chunk));
  }

  async flush(): Promise<void> {}
}

/** Some flags of each type. */
export const FLAGS = {
  prefix: bool(''),
  listen: bool('', { short: 'l' }),
  writeOut: string('', { short: 'w', default: 'simple' }),
  limit: int(''),
  size: uint(''),
  wait: duration('', { default: '5s' }),
  endpoints: strings('', { default: '127.0.0.1:2379' }),
  noPassword: bool(''),
  password: string(''),
};

export function parse(...words: string[]) {
  const { args, flags } = parseWords<FlagsOf<typeof FLAGS>>(words, new FlagTable(flagList(FLAGS)));
  return { args, flags: flags.values };
}
