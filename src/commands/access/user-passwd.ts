import type { CommandSpec, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';
import { newPassword, passwordFlags } from './new-password.js';

export const spec = {
  usage: 'user passwd <name> [options]',
  description: 'Gives a user another password, which is asked for.',
  examples: [
    'ketcdctl --user root user passwd alice',
    'ketcdctl --user root user passwd alice --new-password-file alice.pw',
  ],
  flags: passwordFlags,
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [name] = exactly(args, 1, 'user passwd command requires user name as its argument') as [string];
  const password = await newPassword(context, flags, name);
  await makeChange(context, {
    message: 'AuthUserChangePasswordResponse',
    request: ({ auth }) => auth.userChangePassword({ name, password }),
    done: 'Password updated',
  });
};
