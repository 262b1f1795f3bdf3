import { outputFormat } from '../../output/format.js';
import { printRole } from '../../output/role.js';
import type { CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'role get <name>',
  description: 'Shows which keys a role may read and write.',
  examples: ['ketcdctl role get readers'],
  flags: {},
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [role] = exactly(args, 1, 'role get command requires role name as its argument') as [string];
  const format = outputFormat(context);
  const { auth } = await context.connect();
  await printRole(context, format, role, await auth.roleGet({ role }));
};
