/** What `member remove`, `update` and `promote` share. */
import type { IMember, IResponseHeader } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import { paddedId } from '../../output/ids.js';
import { membersJson } from '../../output/members.js';
import { print } from '../../output/response.js';
import type { MessageName } from '../../rpc/messages.js';
import type { CommandContext } from '../command.js';
import { checkMember, findMember } from './member-id.js';

interface Change {
  message: MessageName;
  /** `removed from`, before the cluster's ID. */
  done: string;
  request(client: EtcdClient, ID: string): Promise<{ header: IResponseHeader; members: IMember[] }>;
}

/** The one argument of these commands. */
export function memberArgument(context: CommandContext, args: string[]): string {
  const [text] = args;
  if (text === undefined || args.length > 1) throw badArguments('member ID is not provided');
  checkMember(context, text);
  return text;
}

/** Makes the change, and prints what came of it. */
export async function changeMember(context: CommandContext, text: string, change: Change): Promise<void> {
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
