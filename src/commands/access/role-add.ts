import type { CommandSpec, Run } from '../command.js';
import { exactly, makeChange } from './auth-answer.js';

export const spec = {
  usage: 'role add <name>',
  description: 'Adds a role, which has no permissions yet.',
  examples: ['ketcdctl role add readers'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [name] = exactly(args, 1, 'role add command requires role name as its argument') as [string];
  await makeChange(context, {
    message: 'AuthRoleAddResponse',
    request: ({ auth }) => auth.roleAdd({ name }),
    done: `Role ${name} created`,
  });
};
