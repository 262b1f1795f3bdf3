/** What the commands of `auth`, `user` and `role` share. */
import type { IResponseHeader } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import type { EtcdClient } from '../../etcd/client.js';
import { headerFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import type { MessageName } from '../../rpc/messages.js';
import type { CommandContext } from '../command.js';

/**
 * The arguments of a command that takes exactly so many.
 * @throws Failure with `complaint` when there are others.
 */
export function exactly(args: string[], count: number, complaint: string): string[] {
  if (args.length !== count) throw badArguments(complaint);
  return args;
}

/** A change whose answer says nothing but that it was made. */
interface Change {
  message: MessageName;
  request(client: EtcdClient): Promise<{ header: IResponseHeader }>;
  /** The sentence that says so. */
  done: string;
}

/** Makes the change, and prints that it was made. */
export async function makeChange(context: CommandContext, change: Change): Promise<void> {
  const format = outputFormat(context);
  const response = await change.request(await context.connect());
  await print(context, format, {
    message: change.message,
    response,
    simple: () => [`${change.done}\n`],
    fields: () => headerFields(context, response.header),
  });
}
