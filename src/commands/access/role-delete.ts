import type { CommandSpec, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';

export const spec = {
  usage: 'role delete <name>',
  description: 'Deletes a role, and takes it away from all users.',
  examples: ['ketcdctl role delete readers'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [role] = exactly(args, 1, 'role delete command requires role name as its argument') as [string];
  await makeChange(context, {
    message: 'AuthRoleDeleteResponse',
    request: ({ auth }) => auth.roleDelete({ role }),
    done: `Role ${role} deleted`,
  });
};
