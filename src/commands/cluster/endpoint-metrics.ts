/** `-w prometheus`: one look at all endpoints as metrics, for the textfile collector of node_exporter. */

import { writeFileWhole } from '../../base/files/part-file.js';
import { string } from '../../base/flags/declare.js';
import { isReached, type Probe, probeMember } from '../../etcd/member-probe.js';
import { gauge } from '../../output/prometheus.js';
import type { CommandContext } from '../command.js';
import { memberEndpoints } from './endpoint-each.js';

export const METRICS_FLAGS = {
  output: string('with -w prometheus: a file to write, whole or not at all', {
    value: 'FILE',
    complete: 'file',
    own: true,
  }),
};

/** A metric: its help, and its value of a member; undefined: none. */
type Metric = [name: string, help: string, value: (probe: Probe) => number | undefined];

const METRICS: readonly Metric[] = [
  ['up', 'Whether the member answers.', ({ state }) => Number(state !== 'down')],
  [
    'healthy',
    'Whether a read went through consensus and there is no alarm.',
    ({ state }) => Number(state === 'healthy'),
  ],
  ['learner', 'Whether it is a learner.', ({ state }) => Number(state === 'learner')],
  ['leader', 'Whether it is the leader.', ({ isLeader }) => Number(isLeader)],
  ['alarms', 'How many alarms are raised.', ({ alarms }) => alarms.length],
  ['commit_seconds', 'Time of a read through consensus on an open connection.', ({ commitMs }) => seconds(commitMs)],
  ['answer_seconds', 'Time until the first answer, connecting included.', ({ answerMs }) => seconds(answerMs)],
  ['db_size_bytes', 'Size of the database file.', whenUp(({ dbSize }) => dbSize)],
  ['db_in_use_bytes', 'Part of the database file that is in use.', whenUp(({ dbSizeInUse }) => dbSizeInUse)],
  ['db_quota_bytes', 'Largest size that the database may have.', ({ quota }) => quota || undefined],
  ['raft_term', 'Term of raft.', whenUp(({ raftTerm }) => Number(raftTerm))],
  ['raft_index', 'Last entry of the log.', whenUp(({ raftIndex }) => Number(raftIndex))],
  ['raft_applied_index', 'Last entry that was applied.', whenUp(({ raftAppliedIndex }) => Number(raftAppliedIndex))],
];

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1e6;
}

function whenUp(value: (probe: Probe) => number): Metric[2] {
  return (probe) => (probe.state === 'down' ? undefined : value(probe));
}

/** @returns 0, or 1 where a member is neither healthy nor a learner */
export async function writeMetrics(
  context: CommandContext,
  flags: { cluster: boolean; output: string },
): Promise<number> {
  const client = await context.connect();
  const endpoints = flags.cluster ? await memberEndpoints(context, client) : await client.callable.resolveEndpoints();
  const probes = await Promise.all(endpoints.map((endpoint) => probeMember(client.at(endpoint))));
  const text = metricsText(endpoints, probes);
  if (flags.output === '') await context.stdout.write(text);
  // The collector runs as another user.
  else writeFileWhole(flags.output, text, 0o644);
  return isReached('healthy', probes) ? 0 : 1;
}

/** The text format of Prometheus. */
export function metricsText(endpoints: readonly string[], probes: readonly Probe[]): string {
  const blocks = METRICS.map(([name, help, value]) => {
    const samples = probes.flatMap((probe, at) => {
      const sample = value(probe);
      return sample === undefined ? [] : [{ labels: { endpoint: endpoints[at]! }, value: sample }];
    });
    return gauge(`ketcdctl_endpoint_${name}`, help, samples);
  });
  const about = 'Whether most voting members of those that were asked are healthy.';
  return `${blocks.join('')}${gauge('ketcdctl_quorum', about, [{ value: Number(isReached('quorum', probes)) }])}`;
}
