import { createInterface } from 'node:readline/promises';
import { end } from '../base/signals.js';
import type { CommandContext } from './command.js';

/** Asks a question on the terminal (standard error); anything but `y` or `yes` is a no. */
export async function confirm(context: CommandContext, question: string): Promise<boolean> {
  await context.stderr.flush();
  const lines = createInterface({ input: context.stdin, output: process.stderr });
  // The terminal gives Ctrl-C as a key here.
  lines.on('SIGINT', () => {
    lines.close();
    void end('SIGINT');
  });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}
