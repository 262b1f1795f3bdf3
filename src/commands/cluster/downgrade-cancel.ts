import { DowngradeAction } from 'etcd3/lib/rpc';
import type { CommandSpec, Run } from '../command.js';
import { downgrade } from './downgrade-answer.js';

export const spec = {
  usage: 'downgrade cancel',
  description: 'Cancels a downgrade, as long as no member of the older version has joined.',
  examples: ['ketcdctl downgrade cancel'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context) => {
  await downgrade(context, 'cancel', { action: DowngradeAction.Cancel, version: '' });
};
