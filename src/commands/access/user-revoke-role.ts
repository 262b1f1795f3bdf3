import type { CommandSpec, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';

export const spec = {
  usage: 'user revoke-role <user> <role>',
  description: 'Takes the permissions of a role away from a user.',
  examples: ['ketcdctl user revoke-role alice readers'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [name, role] = exactly(args, 2, 'user revoke-role requires user name and role name as its argument') as [
    string,
    string,
  ];
  await makeChange(context, {
    message: 'AuthUserRevokeRoleResponse',
    request: ({ auth }) => auth.userRevokeRole({ name, role }),
    done: `Role ${role} is revoked from user ${name}`,
  });
};
