import type { CommandSpec, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';

export const spec = {
  usage: 'user delete <name>',
  description: 'Deletes a user.',
  examples: ['ketcdctl user delete alice'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [name] = exactly(args, 1, 'user delete command requires user name as its argument') as [string];
  await makeChange(context, {
    message: 'AuthUserDeleteResponse',
    request: ({ auth }) => auth.userDelete({ name }),
    done: `User ${name} deleted`,
  });
};
