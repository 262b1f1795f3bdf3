import type { CommandSpec, Run } from '../command.js';
import { changeMember, memberArgument } from './member-change.js';
import { checkPeerUrls, peerUrls, peerUrlsFlag } from './peer-urls.js';

export const spec = {
  usage: 'member update <member> --peer-urls=<urls>',
  description: 'Changes the URLs under which the other members reach a member. <member> is its ID or its name.',
  examples: ['ketcdctl member update master-3 --peer-urls=https://10.0.0.33:2380'],
  flags: { ...peerUrlsFlag('updated') },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
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
};
