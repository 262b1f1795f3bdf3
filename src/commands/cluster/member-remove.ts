import type { CommandSpec, Run } from '../command.js';
import { changeMember, memberArgument } from './member-change.js';
import { checkQuorum, FORCE_FLAG } from './membership.js';

export const spec = {
  usage: 'member remove <member>',
  description: 'Removes a member for good: it cannot come back with its data. <member> is its ID or its name.',
  examples: ['ketcdctl member remove 8e9e05c52164694d', 'ketcdctl member remove master-3'],
  flags: { ...FORCE_FLAG },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  await changeMember(context, memberArgument(context, args), {
    message: 'MemberRemoveResponse',
    done: 'removed from',
    request: async (client, ID) => {
      await checkQuorum(context, client, { remove: ID }, flags.force);
      return client.cluster.memberRemove({ ID });
    },
  });
};
