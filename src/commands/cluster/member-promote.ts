import type { CommandSpec, Run } from '../command.js';
import { changeMember, memberArgument } from './member-change.js';

export const spec = {
  usage: 'member promote <member>',
  description:
    'Gives a learner its vote. It has to be in step with the leader. <member> is its ID, or its name once it was started.',
  examples: ['ketcdctl member promote master-4'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  await changeMember(context, memberArgument(context, args), {
    message: 'MemberPromoteResponse',
    done: 'promoted in',
    request: (client, ID) => client.cluster.memberPromote({ ID }),
  });
};
