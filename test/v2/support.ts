import { type ChildProcess, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { type EtcdTool, isDropIn, type Mode } from '../../src/base/contract.js';
import { runTool } from '../../src/cli/run.js';
import { Captured, type Ended } from '../cli/support.js';
import { runCli } from '../support/cli.js';
import { etcdVersion, skipWithoutEtcd } from '../support/etcd.js';
import { builtProgram, program } from '../support/program.js';

export const ETCDCTL: Mode = { tool: 'etcdctl', version: '3.4' };
export const OWN: Mode = { tool: 'ketcdctl' };

export interface RunOptions {
  mode?: Mode;
  env?: NodeJS.ProcessEnv;
  stdin?: Uint8Array | string;
}

/** Runs a v2 command line in this process. */
export async function v2(argv: string[], { mode = ETCDCTL, env = {}, stdin }: RunOptions = {}): Promise<Ended> {
  if (builtProgram) return runBuilt(argv, mode, env, stdin);
  const stdout = new Captured();
  const stderr = new Captured();
  const io = {
    stdout,
    stderr,
    get stdin(): NodeJS.ReadStream {
      if (stdin === undefined) throw new Error('standard input was read');
      return Readable.from(stdin.length === 0 ? [] : [Buffer.from(stdin)]) as unknown as NodeJS.ReadStream;
    },
  };
  const exit = isDropIn(mode)
    ? await runTool({ name: mode.tool, argv, env: { ...asOld(mode), ...env }, io })
    : await runTool({ name: 'ketcdctl', argv: ['v2', ...argv], env, io });
  return { exit, stdout: stdout.text, stderr: stderr.text };
}

/** The same by the built program. */
function runBuilt(argv: string[], mode: Mode, env: NodeJS.ProcessEnv, stdin?: Uint8Array | string) {
  const input = stdin === undefined ? undefined : Buffer.from(stdin);
  return isDropIn(mode)
    ? runCli(argv, { env: { ...asOld(mode), ...env }, ...(input && { input }) })
    : runCli(['v2', ...argv], { env, ...(input && { input }) });
}

/** What makes this an etcdctl of that version with the old API. */
function asOld({ tool, version }: EtcdTool): NodeJS.ProcessEnv {
  return { KETCDCTL_AS: `${tool}@${version}`, ETCDCTL_API: '2' };
}

/** A client for one server; what it prints when it should have worked. */
export function clientOf(endpoint: string, options: RunOptions = {}) {
  return async (...argv: string[]): Promise<string> => {
    const { exit, stdout, stderr } = await v2(['--endpoints', endpoint, ...argv], options);
    if (exit !== 0) throw new Error(`exit code ${exit}: ${stderr}`);
    return stdout;
  };
}

/** Why tests with a v2 server are skipped: etcd 3.6 has no v2 API. */
export function skipWithoutV2(): string | false {
  return skipWithoutEtcd() || (/^3\.[345]\./.test(etcdVersion()) ? false : `etcd ${etcdVersion()} has no v2 API`);
}

/** A process of the program, as the etcdctl of 3.4 with ETCDCTL_API=2. */
export class V2Process {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(argv: readonly string[], stdin?: string) {
    this.child = spawn(...program(argv), {
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, KETCDCTL_AS: 'etcdctl@3.4', ETCDCTL_API: '2' },
    });
    this.child.stdin?.end(stdin);
    this.child.stdout?.on('data', (data) => {
      this.stdout += data;
    });
    this.child.stderr?.on('data', (data) => {
      this.stderr += data;
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Waits until something holds that the process brings about. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 30_000;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`that never came: stdout ${this.stdout}, stderr ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
