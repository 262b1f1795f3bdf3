import { AlarmAction, type IAlarmMember, type IAlarmResponse } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import { outputFormat } from '../../output/format.js';
import type { CommandSpec, Run } from '../command.js';
import { printAlarms } from './alarm-answer.js';

export const spec = {
  usage: 'alarm disarm',
  description:
    'Clears all alarms. After NOSPACE first make space (compaction, then defrag): otherwise the alarm comes back with the next write.',
  examples: ['ketcdctl alarm disarm'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  if (args.length > 0) throw badArguments('alarm disarm command accepts no arguments');
  const format = outputFormat(context);
  const { maintenance } = await context.connect();
  const active = await maintenance.alarm({ action: AlarmAction.Get, memberID: '0', alarm: 0 });
  const alarms: IAlarmMember[] = [];
  for (const { memberID, alarm } of active.alarms) {
    const disarmed = await maintenance.alarm({ action: AlarmAction.Deactivate, memberID, alarm });
    alarms.push(...disarmed.alarms);
  }
  // One answer for several requests: as with etcdctl it has no header.
  await printAlarms(context, format, { alarms } as IAlarmResponse);
};
