import { AlarmAction } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import { outputFormat } from '../../output/format.js';
import type { CommandSpec, Run } from '../command.js';
import { printAlarms } from './alarm-answer.js';

export const spec = {
  usage: 'alarm list',
  description:
    'Lists the alarms: NOSPACE, when a database has reached its quota and nothing more is written, and CORRUPT, when members disagree.',
  examples: ['ketcdctl alarm list'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  if (args.length > 0) throw badArguments('alarm list command accepts no arguments');
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.maintenance.alarm({ action: AlarmAction.Get, memberID: '0', alarm: 0 });
  await printAlarms(context, format, response);
};
