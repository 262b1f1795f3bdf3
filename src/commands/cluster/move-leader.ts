import { isDropIn } from '../../base/contract.js';
import { badArguments } from '../../base/errors.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import { hexId } from '../../output/ids.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { findMember, parseHexId } from './member-id.js';

export const spec = {
  usage: 'move-leader <member>',
  complete: 'member',
  description:
    'Hands the leadership to another member, before the leader is taken down for instance. <member> is its ID or its name.',
  examples: ['ketcdctl move-leader master-2', 'ketcdctl move-leader 8e9e05c52164694d'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [text] = args;
  if (text === undefined || args.length > 1) throw badArguments('move-leader command needs 1 argument');
  if (isDropIn(context.mode)) refuseNonHex(text);
  const format = outputFormat(context);
  const client = await context.connect();
  const { leader, id } = await findLeader(context, client);
  const targetID = await findMember(context, client, text);
  const response = await leader.maintenance.moveLeader({ targetID });
  await print(context, format, {
    message: 'MoveLeaderResponse',
    response,
    simple: () => [`Leadership transferred from ${hexId(id)} to ${hexId(targetID)}\n`],
    facts: { from: hexId(id), to: hexId(targetID) },
  });
};

function refuseNonHex(text: string): void {
  try {
    parseHexId(text);
  } catch (error) {
    throw badArguments((error as Error).message);
  }
}

/** The leader takes this request only itself; own mode finds it also when it is not among the endpoints. */
async function findLeader(context: CommandContext, client: EtcdClient): Promise<{ leader: EtcdClient; id: string }> {
  const endpoints = await client.callable.resolveEndpoints();
  let leaderId = '0';
  for (const endpoint of endpoints) {
    const member = client.at(endpoint);
    const status = await member.maintenance.status();
    if (status.leader === status.header.member_id) return { leader: member, id: status.leader };
    leaderId = status.leader;
  }
  const url = isDropIn(context.mode) ? undefined : await clientUrl(client, leaderId);
  if (url !== undefined) return { leader: client.at(url), id: leaderId };
  throw badArguments(`no leader endpoint given at [${endpoints.join(' ')}]`, 'name the leader with --endpoints');
}

async function clientUrl(client: EtcdClient, id: string): Promise<string | undefined> {
  const { members } = await client.cluster.memberList({ linearizable: false });
  return members.find((member) => member.ID === id)?.clientURLs[0];
}
