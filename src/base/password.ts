import { type Io, isDropIn, type Mode } from './contract.js';
import { Failure } from './errors.js';
import { readLine } from './input.js';

/**
 * Asks for a password: on a terminal it is not shown, else it is one line of standard input. etcdctl writes the prompt and the
 * newline after it to standard output in both cases; own mode writes them to standard error, and only on a terminal.
 */
export async function askPassword(prompt: string, mode: Mode, io: Io): Promise<string> {
  const terminal = io.stdin.isTTY === true;
  const out = isDropIn(mode) ? io.stdout : io.stderr;
  const asks = terminal || isDropIn(mode);
  // Before the prompt: who sees it may type at once.
  if (terminal) io.stdin.setRawMode(true);
  if (asks) out.write(prompt);
  await out.flush();
  const password = terminal ? await readHidden(io.stdin) : readLine(io.stdinFd);
  if (asks) out.write('\n');
  if (password === '' && !terminal && !isDropIn(mode)) throw noPassword();
  return password;
}

function noPassword(): Failure {
  return new Failure('a password is needed, and there is neither a terminal to ask on nor a line of standard input', {
    errorCode: 'not-logged-in',
    hint: 'give it by --password-file, or by ETCDCTL_PASSWORD',
  });
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_U = '\x15';

/** A line typed with the terminal in raw mode, which does not echo; so its editing keys are handled here. It is left then. */
function readHidden(terminal: NodeJS.ReadStream): Promise<string> {
  let typed = '';
  return new Promise((resolve) => {
    const done = () => {
      terminal.off('data', onData);
      terminal.setRawMode(false);
      terminal.pause();
    };
    const onData = (data: Buffer) => {
      for (const char of data.toString('utf8')) {
        if (char === '\r' || char === '\n' || char === CTRL_D) {
          done();
          resolve(typed);
          return;
        }
        if (char === CTRL_C) {
          done();
          process.kill(process.pid, 'SIGINT');
          return;
        }
        typed = edited(typed, char);
      }
    };
    terminal.on('data', onData);
    terminal.resume();
  });
}

function edited(typed: string, char: string): string {
  if (char === '\x7f' || char === '\b') return [...typed].slice(0, -1).join('');
  return char === CTRL_U ? '' : typed + char;
}
