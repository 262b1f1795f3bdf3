import type { IStatusResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import type { ENDPOINT_FLAGS } from './endpoint-flags.js';
import { isLoop, LOOP_FLAGS, loopOverEndpoints } from './endpoint-loop.js';
import { METRICS_FLAGS, writeMetrics } from './endpoint-metrics.js';
import '../../rpc/newer-fields.js';
import { stringJson } from '../../base/go/json.js';
import { goQuote } from '../../base/go/quote.js';
import { fieldLine, headerFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { hexId } from '../../output/ids.js';
import { messageJson } from '../../output/json.js';
import { printList } from '../../output/response.js';
import { decimalBytes } from '../../output/size.js';
import {
  type Asked,
  answered,
  askEach,
  errorMember,
  errorOf,
  exitCodeOf,
  readableResponses,
  tellFailures,
} from './endpoint-each.js';

export const spec = {
  usage: 'endpoint status [options]',
  mostArgs: 0,
  description:
    'Shows version, database size, leader and raft state of each endpoint; all are asked at the same time, and one that does not answer is listed with its error.',
  examples: ['ketcdctl endpoint status -w table', 'ketcdctl endpoint status --cluster -w jsonl'],
  flags: { ...LOOP_FLAGS, ...METRICS_FLAGS },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof ENDPOINT_FLAGS> = async (context, _args, flags) => {
  if (!isDropIn(context.mode)) {
    if (isLoop(flags)) return loopOverEndpoints(context, flags, 'status');
    if (context.options.writeOut === 'prometheus') return writeMetrics(context, flags);
  }
  const format = outputFormat(context);
  const asked = await askEach(context, flags, (member) => member.maintenance.status());
  await tellFailures(context, asked, 'Failed to get the status of endpoint');
  const shown = isDropIn(context.mode) ? asked.filter(answered) : asked;
  const heads = statusHeads(context);
  await printList(context, format, {
    simple: () => asked.filter(answered).map((one) => `${statusRow(context, one).join(', ')}\n`),
    json: shown.map((one) => statusJson(one)),
    fields: asked.filter(answered).map(({ endpoint, answer }) => statusFields(context, endpoint, answer)),
    table: { heads, rows: shown.map((one) => statusRow(context, one)) },
    values: () => readableResponses(context, 'StatusResponse', asked),
  });
  return exitCodeOf(context, asked);
};

function statusHeads({ mode }: CommandContext): string[] {
  const newer = atLeast(mode, '3.6');
  return [
    'endpoint',
    'ID',
    'version',
    ...(newer ? ['storage version'] : []),
    'db size',
    ...(newer ? ['in use', 'percentage not in use', 'quota'] : []),
    'is leader',
    'is learner',
    'raft term',
    'raft index',
    'raft applied index',
    'errors',
    ...(newer ? ['downgrade target version', 'downgrade enabled'] : []),
  ];
}

function statusRow(context: CommandContext, asked: Asked<IStatusResponse>): string[] {
  const newer = atLeast(context.mode, '3.6');
  if (!answered(asked)) {
    const empty = statusHeads(context).map(() => '');
    empty[0] = asked.endpoint;
    empty[newer ? 13 : 9] = errorOf(context, asked);
    return empty;
  }
  const { endpoint, answer: status } = asked;
  const size = Number(status.dbSize);
  const used = Number(status.dbSizeInUse);
  return [
    endpoint,
    hexId(status.header.member_id),
    status.version,
    ...(newer ? [status.storageVersion] : []),
    decimalBytes(size),
    ...(newer ? [decimalBytes(used), `${notInUse(size, used)}%`, quotaText(context, status.dbSizeQuota)] : []),
    // A file has neither.
    String(status.leader !== '0' && status.leader === status.header.member_id),
    String(status.isLearner),
    status.raftTerm,
    status.raftIndex,
    status.raftAppliedIndex,
    status.errors.join(', '),
    ...(newer ? [status.downgradeInfo?.targetVersion ?? '', String(status.downgradeInfo?.enabled ?? false)] : []),
  ];
}

/** Servers before 3.6 do not tell it, which etcdctl shows as `0 B`. */
function quotaText({ mode }: CommandContext, quota: string): string {
  return quota === '0' && !isDropIn(mode) ? '' : decimalBytes(Number(quota));
}

/** Rounded as etcdctl does: the part in use is rounded down first. */
function notInUse(size: number, used: number): number {
  return size === 0 ? 0 : 100 - Math.floor((used * 100) / size);
}

function statusJson(asked: Asked<IStatusResponse>): string {
  if (!answered(asked)) return errorMember(asked);
  return `{"Endpoint":${stringJson(asked.endpoint)},"Status":${messageJson('StatusResponse', asked.answer)}}`;
}

function statusFields(context: CommandContext, endpoint: string, status: IStatusResponse): string {
  const newer = atLeast(context.mode, '3.6');
  return [
    headerFields(context, status.header),
    fieldLine('Version', goQuote(status.version)),
    newer ? fieldLine('StorageVersion', goQuote(status.storageVersion)) : '',
    fieldLine('DBSize', status.dbSize),
    newer ? fieldLine('DBSizeInUse', status.dbSizeInUse) + fieldLine('DBSizeQuota', status.dbSizeQuota) : '',
    fieldLine('Leader', status.leader),
    fieldLine('IsLearner', status.isLearner),
    fieldLine('RaftIndex', status.raftIndex),
    // The header has it too; 3.8 prints it once.
    isDropIn(context.mode) && !atLeast(context.mode, '3.8') ? fieldLine('RaftTerm', status.raftTerm) : '',
    fieldLine('RaftAppliedIndex', status.raftAppliedIndex),
    fieldLine('Errors', `[${status.errors.join(' ')}]`),
    fieldLine('Endpoint', goQuote(endpoint)),
    newer ? fieldLine('DowngradeTargetVersion', goQuote(status.downgradeInfo?.targetVersion ?? '')) : '',
    newer ? fieldLine('DowngradeEnabled', status.downgradeInfo?.enabled ?? false) : '',
    '\n',
  ].join('');
}
