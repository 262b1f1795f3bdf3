/** Where the new password of a user comes from. */

import { createReadStream } from 'node:fs';
import { isDropIn } from '../../base/contract.js';
import { badArguments } from '../../base/errors.js';
import { bool, type FlagsOf, string } from '../../base/flags/declare.js';
import { GO_SPACE } from '../../base/go/space.js';
import type { CommandContext } from '../command.js';

export const passwordFlags = {
  interactive: bool('ask for the password; =false: take it from standard input', { default: 'true' }),
  newPasswordFile: string("read the user's new password from a file (-: standard input)", {
    value: 'FILE',
    complete: 'file',
    own: true,
  }),
};

type PasswordFlags = FlagsOf<typeof passwordFlags>;

/**
 * The new password of `user`: of a file, of standard input, or typed twice.
 * @throws Failure (128) when it is empty where somebody was asked, or the two are different.
 */
export async function newPassword(context: CommandContext, flags: PasswordFlags, user: string): Promise<string> {
  const file = await passwordFile(context, flags);
  if (file !== undefined) return file;
  const prompt = `Password of ${user}: `;
  if (!flags.interactive) return isDropIn(context.mode) ? scanWord(context) : context.askPassword(prompt);
  const first = await context.askPassword(prompt);
  if (first === '') throw badArguments('empty password');
  if (!isDropIn(context.mode) && !context.stdin.isTTY) return first;
  const second = await context.askPassword(`Type password of ${user} again for confirmation: `);
  if (first !== second) throw badArguments('given passwords are different');
  return first;
}

/** The first line of --new-password-file; or of --password-file where nobody logs in, whose password it would be. */
async function passwordFile(context: CommandContext, flags: PasswordFlags): Promise<string | undefined> {
  const path = flags.newPasswordFile;
  if (path === '-') return firstLine(context.stdin);
  if (path !== '') return firstLine(createReadStream(path)).catch((error) => unreadable(error));
  const { options } = context;
  return options.given.has('passwordFile') && options.user === '' ? options.password : undefined;
}

function unreadable(error: Error): never {
  throw badArguments(`cannot read the password file: ${error.message}`);
}

async function firstLine(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = Buffer.alloc(0);
  for await (const chunk of stream) {
    text = Buffer.concat([text, chunk]);
    if (text.includes('\n')) break;
  }
  return text.toString('utf8').split(/\r?\n/, 1)[0]!;
}

const FIRST_WORD = new RegExp(`^[${GO_SPACE}]*([^${GO_SPACE}]*)`);

/** One word, as Go's Scanf("%s") reads it: nothing where the first line has none. */
async function scanWord(context: CommandContext): Promise<string> {
  return FIRST_WORD.exec(await firstLine(context.stdin))?.[1] ?? '';
}
