import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Cleanup, EtcdServer } from './etcd.js';
import { program } from './program.js';

/** Generous: the machine may be slow, and a test that waits in vain says for what. */
const PATIENCE_MS = 30_000;

/** A process that goes on until it is told to end. */
export interface Running {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  /** Waits for a text on standard output (or error). */
  until(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<void>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<RunningEnd>;
  readonly ended: Promise<RunningEnd>;
}

export interface RunningEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningOptions {
  /** `etcdctl@3.4`: what it is to imitate. */
  as?: string;
  /** Closes our end of its standard output at once. */
  deaf?: boolean;
  input?: string;
}

/** Starts ketcdctl; it is killed when the test ends. */
export function startCli(owner: Cleanup, argv: string[], options: RunningOptions = {}): Running {
  const env = options.as ? { KETCDCTL_AS: options.as } : {};
  return start(owner, ...program(argv), env, options);
}

/** Starts another program, such as etcdctl, in the same way. */
export function startProgram(owner: Cleanup, program: string, argv: string[]): Running {
  return start(owner, program, argv, { ETCDCTL_API: '3' }, {});
}

function start(owner: Cleanup, program: string, argv: string[], env: NodeJS.ProcessEnv, options: RunningOptions) {
  const child = spawn(program, argv, { env: { PATH: process.env.PATH, HOME: tmpdir(), ...env } });
  owner.after(() => void child.kill('SIGKILL'));
  const running: Running = {
    child,
    stdout: '',
    stderr: '',
    until: (pattern, stream = 'stdout') => waitFor(running, pattern, stream),
    end: (signal) => {
      child.kill(signal);
      return running.ended;
    },
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal }))),
  };
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  if (options.deaf) child.stdout.destroy();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      running[name] += text;
    });
  }
  return running;
}

async function waitFor(running: Running, pattern: RegExp, stream: 'stdout' | 'stderr'): Promise<void> {
  const found = () => pattern.test(running[stream]);
  await eventually(found, () => `no ${pattern} in ${JSON.stringify(running[stream])}; stderr: ${running.stderr}`);
}

/** Waits until something holds. @throws when it does not within half a minute. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`it did not come to be: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The flags by which a client reaches these members. */
export function flagsFor(...members: EtcdServer[]): string[] {
  const { certs } = members[0]!;
  const tls = certs ? ['--cacert', certs.ca, '--cert', certs.client.cert, '--key', certs.client.key] : [];
  return ['--endpoints', members.map(({ endpoint }) => endpoint).join(','), ...tls];
}
