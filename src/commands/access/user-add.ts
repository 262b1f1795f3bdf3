import { badArguments } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';
import { newPassword, passwordFlags } from './new-password.js';

export const spec = {
  usage: 'user add <name or name:password> [options]',
  description:
    "Adds a user. Its password is asked for, so that it stands neither in the process list nor in the shell's history.",
  examples: [
    'ketcdctl user add alice',
    'ketcdctl user add alice --new-password-file alice.pw',
    'ketcdctl user add node-1 --no-password # for the common name of a client certificate',
  ],
  flags: {
    ...passwordFlags,
    newUserPassword: string('the password, for all to see', { value: 'PASSWORD' }),
    noPassword: bool('a user that only shows a certificate'),
  },
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [argument] = exactly(args, 1, 'user add command requires user name as its argument') as [string];
  const { name, password } = await newUser(context, flags, argument);
  await makeChange(context, {
    message: 'AuthUserAddResponse',
    request: ({ auth }) => auth.userAdd({ name, password, options: { no_password: flags.noPassword } }),
    done: `User ${name} created`,
  });
};

async function newUser(context: CommandContext, flags: Flags<typeof spec>, argument: string) {
  if (flags.noPassword) return { name: argument, password: '' };
  const given = flags.newUserPassword;
  if (given !== '') return { name: argument, password: given };
  const colon = argument.indexOf(':');
  if (colon < 0) return { name: argument, password: await newPassword(context, flags, argument) };
  if (colon === 0) throw badArguments('empty user name is not allowed');
  return { name: argument.slice(0, colon), password: argument.slice(colon + 1) };
}
