/** How `alarm list` and `alarm disarm` print alarms. */

import type { IAlarmMember, IAlarmResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { fieldLine, headerFields, idField } from '../../output/fields.js';
import type { Format } from '../../output/format.js';
import { print } from '../../output/response.js';
import { ALARM_NAMES, nameOf } from '../../rpc/names.js';
import type { CommandContext } from '../command.js';

/** Prints alarms. The answer has no header from servers of 3.4, and none when several alarms were disarmed. */
export async function printAlarms(context: CommandContext, format: Format, response: IAlarmResponse): Promise<void> {
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
