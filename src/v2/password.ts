/** Passwords as the v2 etcdctl asks for them: the prompt on standard output, and without a terminal a line of standard input. */
import { createInterface } from 'node:readline';
import type { V2Io } from './run.js';

/** Reads one line without echo. The newline that was not echoed is written behind it. */
export async function askPassword({ stdin, stdout }: V2Io, prompt: string): Promise<string> {
  stdout.write(prompt);
  try {
    return stdin.isTTY ? await readSilently(stdin) : await readLine(stdin);
  } finally {
    stdout.write('\n');
  }
}

async function readLine(stdin: NodeJS.ReadStream): Promise<string> {
  const lines = createInterface({ input: stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  throw new Error('EOF');
}

const INTERRUPT = '\x03';
const END = '\x04';

function readSilently(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    const finish = (error?: Error) => {
      stdin.off('data', take).off('end', closed).pause();
      stdin.setRawMode(false);
      if (error) reject(error);
      else resolve(line);
    };
    const closed = () => finish(new Error('EOF'));
    const take = (data: Buffer) => {
      for (const char of data.toString()) {
        if (char === '\r' || char === '\n') return finish();
        if (char === END) return line ? finish() : closed();
        if (char === INTERRUPT) {
          finish(new Error('interrupted'));
          process.kill(process.pid, 'SIGINT');
          return;
        }
        if (char === '\x7f' || char === '\b') line = line.slice(0, -1);
        else line += char;
      }
    };
    stdin.setRawMode(true);
    stdin.on('data', take).on('end', closed).resume();
  });
}

/** Splits `name:password`; without the colon the password is asked for. */
export async function splitUser(io: V2Io, text: string, prompt: string): Promise<{ user: string; password: string }> {
  const colon = text.indexOf(':');
  if (colon < 0) return { user: text, password: await askPassword(io, prompt) };
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
