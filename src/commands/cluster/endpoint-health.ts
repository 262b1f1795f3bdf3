import { AlarmAction, type IAlarmResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure, failureText } from '../../base/errors.js';
import { formatDuration } from '../../base/go/duration.js';
import { stringJson } from '../../base/go/json.js';
import { goQuote } from '../../base/go/quote.js';
import type { EtcdClient } from '../../etcd/client.js';
import type { Value } from '../../k8s-decode/value.js';
import { writeBad } from '../../output/bad.js';
import { fieldLine } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { printList, type ResponseList } from '../../output/response.js';
import { ALARM_NAMES, nameOf } from '../../rpc/names.js';
import { Code } from '../../rpc/status.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { askEach } from './endpoint-each.js';
import type { ENDPOINT_FLAGS } from './endpoint-flags.js';
import { isLoop, LOOP_FLAGS, loopOverEndpoints } from './endpoint-loop.js';
import { METRICS_FLAGS, writeMetrics } from './endpoint-metrics.js';

export const spec = {
  usage: 'endpoint health [options]',
  mostArgs: 0,
  description: 'Reads a key through consensus at each endpoint, all at the same time, and looks for alarms.',
  examples: [
    'ketcdctl endpoint health',
    'ketcdctl endpoint health --cluster --watch # a table that is drawn anew, every five seconds',
    'ketcdctl endpoint health --cluster --until quorum --timeout 2m && kubectl get nodes',
    'ketcdctl endpoint health --cluster -w prometheus --output /var/lib/node_exporter/etcd.prom',
  ],
  flags: { ...LOOP_FLAGS, ...METRICS_FLAGS },
} satisfies CommandSpec;

interface Health {
  endpoint: string;
  /** The member is a learner: it does not vote, and refuses linearizable reads. */
  learner?: true;
  healthy: boolean;
  took: string;
  error: string;
  /** Making the connection, which does not count to `took`: etcdctl does not tell it. */
  connect?: string;
  isUnreachable?: true;
}

export const run: Run<typeof spec, typeof ENDPOINT_FLAGS> = async (context, _args, flags) => {
  if (!isDropIn(context.mode)) {
    if (isLoop(flags)) return loopOverEndpoints(context, flags, 'health');
    if (context.options.writeOut === 'prometheus') return writeMetrics(context, flags);
  }
  const format = outputFormat(context);
  const asked = await askEach(context, flags, (member, endpoint) => health(context, member, endpoint));
  const all = asked.flatMap((one) => ('answer' in one ? [one.answer] : []));
  if (all.length === 0 && isDropIn(context.mode)) all.push(...context.options.endpoints.map(unreachable));
  if (format === 'simple') await printLines(context, all);
  else await printList(context, format, healthList(all));
  if (all.length === 0 && !isDropIn(context.mode)) throw noEndpoints();
  if (all.every(({ isUnreachable }) => isUnreachable)) {
    throw new Failure('unhealthy cluster: no member can be reached', { exitCode: ExitCode.BadConnection });
  }
  if (all.some((one) => !one.healthy)) throw new Failure('unhealthy cluster');
  return ExitCode.Ok;
};

/** What etcdctl finds of `--endpoints ,`: endpoints without a name, of which none answers. */
function unreachable(endpoint: string): Health {
  return { endpoint, healthy: false, took: '0s', error: 'context deadline exceeded' };
}

function noEndpoints(): Failure {
  return new Failure('no endpoint was asked, so nothing is known of the health of the cluster', {
    exitCode: ExitCode.BadConnection,
    hint: 'name the members with --endpoints',
  });
}

function healthList(all: Health[]): ResponseList {
  return {
    simple: () => [],
    json: all.map(healthJson),
    fields: all.map(healthFields),
    table: {
      heads: ['endpoint', 'health', 'took', 'error'],
      rows: all.map(({ endpoint, healthy, took, error }) => [endpoint, String(healthy), took, error]),
    },
    values: async () => all.map(({ isUnreachable, ...facts }) => new Map<string, Value>(Object.entries(facts))),
  };
}

async function health(context: CommandContext, member: EtcdClient, endpoint: string): Promise<Health> {
  const begun = process.hrtime.bigint();
  let start = begun;
  let error = '';
  let learner = false;
  let isUnreachable = false;
  try {
    if (!isDropIn(context.mode)) {
      await member.callable.connect();
      start = process.hrtime.bigint();
    }
    await member.kv.range({ key: Buffer.from('health') }).catch(unlessDenied);
    if (atLeast(context.mode, '3.5')) error = await activeAlarms(context, member);
  } catch (failure) {
    learner = !isDropIn(context.mode) && (await answersAsLearner(member, failure));
    if (!learner) error = failureText(failure, isDropIn(context.mode));
    isUnreachable = !isDropIn(context.mode) && (failure as Failure).exitCode === ExitCode.BadConnection;
  }
  const took = formatDuration(process.hrtime.bigint() - start);
  return {
    endpoint,
    healthy: error === '',
    took,
    error,
    ...(!isDropIn(context.mode) && { connect: formatDuration(start - begun) }),
    ...(learner && { learner }),
    ...(isUnreachable && { isUnreachable }),
  };
}

/** A user who may not read the key is no trouble: the proposal went through consensus all the same. */
function unlessDenied(error: { code?: number }): void {
  if (error.code !== Code.PermissionDenied) throw error;
}

/** Whether a member refused the read for being a learner, and answers one that it may. */
async function answersAsLearner(member: EtcdClient, failure: unknown): Promise<boolean> {
  if (!(failure as Error).message.includes('not supported for learner')) return false;
  const read = member.kv.range({ key: Buffer.from('health'), serializable: true });
  return read.then(
    () => true,
    () => false,
  );
}

async function activeAlarms(context: CommandContext, member: EtcdClient): Promise<string> {
  let response: IAlarmResponse;
  try {
    response = await member.maintenance.alarm({ action: AlarmAction.Get, memberID: '0', alarm: 0 });
  } catch (error) {
    if (isDropIn(context.mode)) return 'Unable to fetch the alarm list';
    return `its alarms cannot be read: ${failureText(error, false)}`;
  }
  const names = response.alarms.map(({ alarm }) => nameOf(ALARM_NAMES, alarm));
  return names.length === 0 ? '' : `Active Alarm(s): ${names.map((name) => `${name} `).join('')}`;
}

async function printLines(context: CommandContext, all: Health[]): Promise<void> {
  const good = atLeast(context.mode, '3.5') ? context.stdout : context.stderr;
  for (const { endpoint, healthy, took, error, learner } of all) {
    if (learner) await good.write(`${endpoint} is healthy: a learner, which has no vote yet: took = ${took}\n`);
    else if (healthy) await good.write(`${endpoint} is healthy: successfully committed proposal: took = ${took}\n`);
    else {
      const text = `${endpoint} is unhealthy: failed to commit proposal: ${error}`;
      if (isDropIn(context.mode)) await context.stderr.write(`${text}\n`);
      else await writeBad(context.stderr, context.env, text, '\n');
    }
  }
}

function healthJson({ endpoint, healthy, took, error }: Health): string {
  const why = error ? `,"error":${stringJson(error)}` : '';
  return `{"endpoint":${stringJson(endpoint)},"health":${healthy},"took":"${took}"${why}}`;
}

function healthFields({ endpoint, healthy, took, error }: Health): string {
  return [
    fieldLine('Endpoint', goQuote(endpoint)),
    fieldLine('Health', healthy),
    fieldLine('Took', took),
    fieldLine('Error', error),
    '\n',
  ].join('');
}
