/** The commands of a downgrade to the minor version before. */

import { DowngradeAction } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import { type CommandContext, command } from '../command.js';

export const validate = command(
  {
    usage: 'downgrade validate <version>',
    description: 'Checks whether the cluster can be downgraded to a version: that is the minor version before its own.',
    examples: ['ketcdctl downgrade validate 3.6'],
    flags: {},
  },
  async (context, args) => {
    await downgrade(context, 'validate', { action: DowngradeAction.Validate, version: targetVersion(args) });
  },
);

export const enable = command(
  {
    usage: 'downgrade enable <version>',
    description:
      'Begins a downgrade. The members can then be replaced by those of the older version, one after the other; `endpoint status` shows how far it is.',
    examples: ['ketcdctl downgrade enable 3.6'],
    flags: {},
  },
  async (context, args) => {
    await downgrade(context, 'enable', { action: DowngradeAction.Enable, version: targetVersion(args) });
  },
);

export const cancel = command(
  {
    usage: 'downgrade cancel',
    description: 'Cancels a downgrade, as long as no member of the older version has joined.',
    examples: ['ketcdctl downgrade cancel'],
    flags: {},
  },
  async (context) => {
    await downgrade(context, 'cancel', { action: DowngradeAction.Cancel, version: '' });
  },
);

/** The version that `downgrade validate` and `downgrade enable` are given. */
function targetVersion(args: string[]): string {
  const [version] = args;
  if (version === undefined) throw badArguments('TARGET_VERSION not provided');
  if (args.length > 1) throw badArguments('too many arguments');
  if (version === '') throw badArguments('target version not provided');
  return version;
}

/** Makes the request, and prints what the server says. `verb` is the command's name. */
async function downgrade(
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
