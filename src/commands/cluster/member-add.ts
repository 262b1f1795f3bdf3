import type { IMemberAddResponse } from 'etcd3/lib/rpc';
import { atLeast } from '../../base/contract.js';
import { badArguments } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import { outputFormat } from '../../output/format.js';
import { paddedId } from '../../output/ids.js';
import { membersJson } from '../../output/members.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { checkPeerUrls, peerUrls, peerUrlsFlag } from './peer-urls.js';

export const spec = {
  usage: 'member add <name> --peer-urls=<urls> [options]',
  description:
    'Adds a member to the cluster and prints the settings that it has to be started with. A learner gets all data but has no vote until it is promoted.',
  examples: [
    'ketcdctl member add master-4 --peer-urls=https://10.0.0.4:2380 --learner',
    'ketcdctl member promote master-4',
  ],
  flags: { ...peerUrlsFlag('new'), learner: bool('add it as a learner, which has no vote') },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [name] = args;
  if (name === undefined) throw badArguments('member name not provided');
  if (args.length > 1) {
    const urls = args.filter((arg) => arg.startsWith('http')).map((url) => `, did you mean --peer-urls=${url}`);
    throw badArguments(`too many arguments${urls.join('')}`);
  }
  const urls = peerUrls(flags);
  const learner = flags.learner;
  const format = outputFormat(context);
  const client = await context.connect();
  checkPeerUrls(urls);
  const response = await client.cluster.memberAdd({ peerURLs: urls, isLearner: learner });
  await print(context, format, {
    message: 'MemberAddResponse',
    response,
    simple: () => [addedText(context, response, learner), startText(response, name, flags.peerUrls)],
    json: () => membersJson(context, 'MemberAddResponse', response),
  });
};

function addedText(context: CommandContext, { header, member }: IMemberAddResponse, learner: boolean): string {
  const asLearner = learner && atLeast(context.mode, '3.6') ? ' as learner' : '';
  return `Member ${paddedId(member.ID)} added${asLearner} to cluster ${paddedId(header.cluster_id)}\n`;
}

/** The environment that the new member is to be started with. It is listed under its name, which the cluster learns only then. */
function startText({ member, members }: IMemberAddResponse, name: string, peerUrls: string): string {
  const cluster = members.flatMap((one) =>
    one.peerURLs.map((url) => `${one.ID === member.ID ? name : one.name}=${url}`),
  );
  return [
    '',
    `ETCD_NAME=${goQuote(name)}`,
    `ETCD_INITIAL_CLUSTER=${goQuote(cluster.join(','))}`,
    `ETCD_INITIAL_ADVERTISE_PEER_URLS=${goQuote(peerUrls)}`,
    'ETCD_INITIAL_CLUSTER_STATE="existing"',
    '',
  ].join('\n');
}
