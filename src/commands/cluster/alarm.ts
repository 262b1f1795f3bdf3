/** Alarms: NOSPACE and CORRUPT. */

import { AlarmAction, type IAlarmMember, type IAlarmResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import { fieldLine, headerFields, idField } from '../../output/fields.js';
import { type Format, outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import { ALARM_NAMES, nameOf } from '../../rpc/names.js';
import { type CommandContext, command } from '../command.js';

export const list = command(
  {
    usage: 'alarm list',
    description:
      'Lists the alarms: NOSPACE, when a database has reached its quota and nothing more is written, and CORRUPT, when members disagree.',
    examples: ['ketcdctl alarm list'],
    flags: {},
  },
  async (context, args) => {
    if (args.length > 0) throw badArguments('alarm list command accepts no arguments');
    const format = outputFormat(context);
    const client = await context.connect();
    const response = await client.maintenance.alarm({ action: AlarmAction.Get, memberID: '0', alarm: 0 });
    await printAlarms(context, format, response);
  },
);

export const disarm = command(
  {
    usage: 'alarm disarm',
    description:
      'Clears all alarms. After NOSPACE first make space (compaction, then defrag): otherwise the alarm comes back with the next write.',
    examples: ['ketcdctl alarm disarm'],
    flags: {},
  },
  async (context, args) => {
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
  },
);

/** Prints alarms. The answer has no header from servers of 3.4, and none when several alarms were disarmed. */
async function printAlarms(context: CommandContext, format: Format, response: IAlarmResponse): Promise<void> {
  // Up to 3.6 the text is a message as Go's protobuf prints it, with a blank behind each field.
  const end = isDropIn(context.mode) && !atLeast(context.mode, '3.7') ? ' \n' : '\n';
  await print(context, format, {
    message: 'AlarmResponse',
    response,
    simple: () => response.alarms.map((one) => `memberID:${one.memberID} alarm:${alarmName(one)}${end}`),
    fields: () => alarmFields(context, response),
  });
}

function alarmFields(context: CommandContext, { header, alarms }: IAlarmResponse): string {
  // etcdctl crashed here up to 3.6.
  if (!header && !atLeast(context.mode, '3.7')) {
    throw new Failure('the answer has no header to print', { exitCode: ExitCode.BadConnection });
  }
  return [
    header || isDropIn(context.mode) ? headerFields(context, header) : '',
    ...alarms.map(
      (one) => `${fieldLine('MemberID', idField(context, one.memberID))}${fieldLine('AlarmType', alarmName(one))}\n`,
    ),
  ].join('');
}

function alarmName({ alarm }: IAlarmMember): string {
  return nameOf(ALARM_NAMES, alarm);
}
