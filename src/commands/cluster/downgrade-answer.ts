/** What the three `downgrade` commands share. */
import type { DowngradeAction } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import type { CommandContext } from '../command.js';

/** The version that `downgrade validate` and `downgrade enable` are given. */
export function targetVersion(args: string[]): string {
  const [version] = args;
  if (version === undefined) throw badArguments('TARGET_VERSION not provided');
  if (args.length > 1) throw badArguments('too many arguments');
  if (version === '') throw badArguments('target version not provided');
  return version;
}

/** Makes the request, and prints what the server says. `verb` is the command's name. */
export async function downgrade(
  context: CommandContext,
  verb: 'validate' | 'enable' | 'cancel',
  request: { action: DowngradeAction; version: string },
): Promise<void> {
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.maintenance.downgrade(request);
  await print(context, format, {
    message: 'DowngradeResponse',
    response,
    simple: () => [`Downgrade ${verb} success, cluster version ${response.version}\n`],
  });
}
