import type { IMemberAddResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { badArguments } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import { hexId, paddedId } from '../../output/ids.js';
import { membersJson } from '../../output/members.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { checkQuorum, FORCE_FLAG, WAIT_FLAGS, waitOptions } from './membership.js';
import { checkPeerUrls, peerUrls, peerUrlsFlag } from './peer-urls.js';
import { environmentText, flagsText, startSettings } from './start-settings.js';

export const spec = {
  usage: 'member add <name> --peer-urls=<urls> [options]',
  description:
    'Adds a member to the cluster and prints the settings that it has to be started with. A learner gets all data but has no vote until it is promoted.',
  examples: [
    'ketcdctl member add master-4 --peer-urls=https://10.0.0.4:2380 --learner --promote',
    'ketcdctl member add master-4 --peer-urls=https://10.0.0.4:2380 --learner',
    'ketcdctl member promote master-4',
  ],
  flags: {
    ...peerUrlsFlag('new'),
    learner: bool('add it as a learner, which has no vote'),
    wait: bool('wait until it is started and has caught up', { own: true }),
    promote: bool('give it its vote then', { own: true }),
    ...WAIT_FLAGS,
    ...FORCE_FLAG,
  },
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
  if (flags.promote && !learner) throw badArguments('--promote goes with --learner');
  const format = outputFormat(context);
  const client = await context.connect();
  checkPeerUrls(urls);
  await checkQuorum(context, client, { add: learner ? 'learner' : 'voter' }, flags.force);
  const response = await client.cluster.memberAdd({ peerURLs: urls, isLearner: learner });
  const start = () => startSettings(response.member, response.members, name);
  await print(context, format, {
    message: 'MemberAddResponse',
    response,
    simple: () => [addedText(context, response, learner), environmentText(start())],
    json: () => membersJson(context, 'MemberAddResponse', response),
  });
  if (isDropIn(context.mode)) return;
  await context.stdout.flush();
  await context.stderr.write(flagsText(start()));
  if (flags.wait || flags.promote) await waitAndPromote(context, client, hexId(response.member.ID), flags);
};

async function waitAndPromote(
  context: CommandContext,
  client: EtcdClient,
  id: string,
  flags: Flags<typeof spec>,
): Promise<void> {
  const { promote, waitForMember } = await import('../../repair/membership.js');
  const wait = waitOptions(context, flags);
  await waitForMember(client, id, wait);
  await context.stderr.write(`Member ${id} has caught up\n`);
  if (!flags.promote) return;
  await promote(client, id, wait);
  await context.stderr.write(`Member ${id} has its vote now\n`);
}

function addedText(context: CommandContext, { header, member }: IMemberAddResponse, learner: boolean): string {
  const asLearner = learner && atLeast(context.mode, '3.6') ? ' as learner' : '';
  return `Member ${paddedId(member.ID)} added${asLearner} to cluster ${paddedId(header.cluster_id)}\n`;
}
