/** A program in a terminal of its own (terminal.ts has one to type in): what it prints there, keys that are typed, signals, and a terminal that is closed. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import type { Cleanup } from './etcd.js';
import { program } from './program.js';
import { eventually } from './running.js';

/**
 * Node makes no terminals; Python does. Its first line tells the process, once it has become the program (which closes the pipe); the
 * terminal's output follows. What it is told, a line each:
 * `type HEX`, `hang-up`. At the end it writes the status of the process, as waitpid gives it, to standard error.
 */
const PYTHON = `
import fcntl, os, pty, select, struct, sys, termios
begun, begins = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 160, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
os.close(begins)
os.read(begun, 1)
os.write(1, b'%d\\n' % pid)
told = b''
while True:
    ready = select.select([terminal, 0] if terminal is not None else [], [], [], None if terminal is not None else 0)[0]
    if terminal in ready:
        try: data = os.read(terminal, 65536)
        except OSError: data = b''
        if not data: break
        os.write(1, data)
    if 0 in ready:
        more = os.read(0, 65536)
        if not more: break
        told += more
        while b'\\n' in told:
            line, told = told.split(b'\\n', 1)
            if line == b'hang-up':
                os.close(terminal); terminal = None
            else: os.write(terminal, bytes.fromhex(line.split()[1].decode()))
    if terminal is None: break
os.write(2, b'%d\\n' % os.waitpid(pid, 0)[1])
`;

/** Why there are no terminals to be had: for `skip`. */
export function skipWithoutTerminal(): string | false {
  return spawnSync('python3', ['-c', 'import pty']).status === 0
    ? false
    : 'there is no python3, which makes the terminals';
}

export interface InTerminal {
  /** What was printed so far. */
  screen: string;
  /** The process of the program; 0 until it is there. */
  pid: number;
  until(pattern: RegExp): Promise<void>;
  /** Waits until the program has a file open whose path matches. */
  untilOpen(path: RegExp): Promise<void>;
  type(text: string): void;
  /** The terminal is closed: SIGHUP comes from the system. */
  hangUp(): void;
  /** As a shell tells of it: 128 and the number of the signal that ended it. */
  readonly ended: Promise<number>;
}

/** Starts ketcdctl in a terminal; it is killed when the test ends. */
export function startInTerminal(owner: Cleanup, argv: readonly string[], env: NodeJS.ProcessEnv = {}): InTerminal {
  const [command, args] = program(argv);
  const child = spawn('python3', ['-c', PYTHON, command, ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), TERM: 'xterm', ...env },
  });
  const tell = (line: string) => child.stdin.write(`${line}\n`);
  child.stdin.on('error', () => {});
  let status = '';
  const running: InTerminal = {
    screen: '',
    pid: 0,
    until: (pattern) =>
      eventually(
        () => pattern.test(running.screen),
        () => `${argv.join(' ')}: no ${pattern} in ${JSON.stringify(running.screen)}`,
      ),
    untilOpen: (path) =>
      eventually(
        () => openFiles(running.pid).some((file) => path.test(file)),
        () => `${argv.join(' ')}: no ${path} is open; ${JSON.stringify(running.screen)}`,
      ),
    type: (text) => tell(`type ${Buffer.from(text).toString('hex')}`),
    hangUp: () => tell('hang-up'),
    ended: new Promise((resolve) => child.on('close', () => resolve(shellStatus(Number(status))))),
  };
  owner.after(() => {
    if (running.pid > 0 && child.exitCode === null) process.kill(running.pid, 'SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    status += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.screen += text;
    if (running.pid > 0 || !running.screen.includes('\n')) return;
    running.pid = Number(/^\d+/.exec(running.screen)![0]);
    running.screen = running.screen.slice(running.screen.indexOf('\n') + 1);
  });
  return running;
}

/** What waitpid gives: the signal in the low 7 bits, or the exit code in the next byte. */
function shellStatus(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? status >> 8 : 128 + signal;
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  if (pid === 0 || !existsSync(folder)) return [];
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(`${folder}/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** The status of a program that this signal ended. */
export function endedBy(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
