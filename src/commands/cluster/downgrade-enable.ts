import { DowngradeAction } from 'etcd3/lib/rpc';
import type { CommandSpec, Run } from '../command.js';
import { downgrade, targetVersion } from './downgrade-answer.js';

export const spec = {
  usage: 'downgrade enable <version>',
  description:
    'Begins a downgrade. The members can then be replaced by those of the older version, one after the other; `endpoint status` shows how far it is.',
  examples: ['ketcdctl downgrade enable 3.6'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  await downgrade(context, 'enable', { action: DowngradeAction.Enable, version: targetVersion(args) });
};
