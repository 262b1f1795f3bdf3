/** Changes of one member that is there: `member remove`, `update` and `promote`. */

import type { IMember, IResponseHeader } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import { paddedId } from '../../output/ids.js';
import { membersJson } from '../../output/members.js';
import { print } from '../../output/response.js';
import type { MessageName } from '../../rpc/messages.js';
import { type CommandContext, command } from '../command.js';
import { checkMember, findMember } from './member-id.js';
import { checkQuorum, FORCE_FLAG } from './membership.js';
import { checkPeerUrls, peerUrls, peerUrlsFlag } from './peer-urls.js';

export const remove = command(
  {
    usage: 'member remove <member>',
    complete: 'member',
    description: 'Removes a member for good: it cannot come back with its data. <member> is its ID or its name.',
    examples: ['ketcdctl member remove 8e9e05c52164694d', 'ketcdctl member remove master-3'],
    flags: { ...FORCE_FLAG },
  },
  async (context, args, flags) => {
    await changeMember(context, memberArgument(context, args), {
      message: 'MemberRemoveResponse',
      done: 'removed from',
      request: async (client, ID) => {
        await checkQuorum(context, client, { remove: ID }, flags.force);
        return client.cluster.memberRemove({ ID });
      },
    });
  },
);

export const update = command(
  {
    usage: 'member update <member> --peer-urls=<urls>',
    complete: 'member',
    description: 'Changes the URLs under which the other members reach a member. <member> is its ID or its name.',
    examples: ['ketcdctl member update master-3 --peer-urls=https://10.0.0.33:2380'],
    flags: { ...peerUrlsFlag('updated') },
  },
  async (context, args, flags) => {
    const member = memberArgument(context, args);
    const urls = peerUrls(flags);
    await changeMember(context, member, {
      message: 'MemberUpdateResponse',
      done: 'updated in',
      request(client, ID) {
        checkPeerUrls(urls);
        return client.cluster.memberUpdate({ ID, peerURLs: urls });
      },
    });
  },
);

export const promote = command(
  {
    usage: 'member promote <member>',
    complete: 'member',
    description:
      'Gives a learner its vote. It has to be in step with the leader. <member> is its ID, or its name once it was started.',
    examples: ['ketcdctl member promote master-4'],
    flags: {},
  },
  async (context, args) => {
    await changeMember(context, memberArgument(context, args), {
      message: 'MemberPromoteResponse',
      done: 'promoted in',
      request: (client, ID) => client.cluster.memberPromote({ ID }),
    });
  },
);

interface Change {
  message: MessageName;
  /** `removed from`, before the cluster's ID. */
  done: string;
  request(client: EtcdClient, ID: string): Promise<{ header: IResponseHeader; members: IMember[] }>;
}

/** The one argument of these commands. */
function memberArgument(context: CommandContext, args: string[]): string {
  const [text] = args;
  if (text === undefined || args.length > 1) throw badArguments('member ID is not provided');
  checkMember(context, text);
  return text;
}

/** Makes the change, and prints what came of it. */
async function changeMember(context: CommandContext, text: string, change: Change): Promise<void> {
  const format = outputFormat(context);
  const client = await context.connect();
  const ID = await findMember(context, client, text);
  const response = await change.request(client, ID);
  const { message, done } = change;
  await print(context, format, {
    message,
    response,
    simple: () => [`Member ${paddedId(ID)} ${done} cluster ${paddedId(response.header.cluster_id)}\n`],
    json: () => membersJson(context, message, response),
  });
}
