/** Programs on a pseudo-terminal, by the program `script` of util-linux. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { Cleanup } from './etcd.js';
import { program } from './program.js';
import { eventually } from './running.js';

/** Why a test that needs a terminal has to be skipped, or false. */
export function skipWithoutTerminal(): string | false {
  try {
    return /util-linux/.test(execFileSync('script', ['--version'], { encoding: 'utf8' })) ? false : NO_SCRIPT;
  } catch {
    return NO_SCRIPT;
  }
}

const NO_SCRIPT = 'no pseudo-terminal: install script of util-linux';

export interface OnTerminal {
  readonly child: ChildProcess;
  /** All that it has drawn so far. */
  readonly drawn: string;
  type(keys: string): void;
  /** Waits for a text that is drawn after what was waited for before. */
  until(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Starts ketcdctl on a terminal of so many columns; it is killed when the test ends. */
export function onTerminal(owner: Cleanup, argv: string[], columns: number, env: NodeJS.ProcessEnv = {}): OnTerminal {
  const [command, args] = program(argv);
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 24; exec ${quoted}`, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
  });
  owner.after(() => void child.kill('SIGKILL'));
  let drawn = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    drawn += text;
  });
  child.stdin.on('error', () => {});
  return {
    child,
    get drawn() {
      return drawn;
    },
    type: (keys) => void child.stdin.write(keys),
    async until(text) {
      await eventually(
        () => drawn.indexOf(text, seen) >= 0,
        () => `${JSON.stringify(text)} after ${JSON.stringify(drawn.slice(seen))}`,
      );
      seen = drawn.indexOf(text, seen) + text.length;
    },
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
}
