import { DowngradeAction } from 'etcd3/lib/rpc';
import type { CommandSpec, Run } from '../command.js';
import { downgrade, targetVersion } from './downgrade-answer.js';

export const spec = {
  usage: 'downgrade validate <version>',
  description: 'Checks whether the cluster can be downgraded to a version: that is the minor version before its own.',
  examples: ['ketcdctl downgrade validate 3.6'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  await downgrade(context, 'validate', { action: DowngradeAction.Validate, version: targetVersion(args) });
};
