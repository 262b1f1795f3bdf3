import type { CommandSpec, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';

export const spec = {
  usage: 'user grant-role <user> <role>',
  description: 'Gives a user the permissions of a role.',
  examples: ['ketcdctl user grant-role alice readers'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [user, role] = exactly(args, 2, 'user grant command requires user name and role name as its argument') as [
    string,
    string,
  ];
  await makeChange(context, {
    message: 'AuthUserGrantRoleResponse',
    request: ({ auth }) => auth.userGrantRole({ user, role }),
    done: `Role ${role} is granted to user ${user}`,
  });
};
