import { badArguments } from '../../base/errors.js';
import { bool, duration } from '../../base/flags/declare.js';
import { connectionOptions } from '../../connection/options.js';
import { diagnose } from '../../doctor/diagnose.js';
import type { ClusterFacts } from '../../doctor/facts.js';
import { gather } from '../../doctor/gather.js';
import { findNode } from '../../node/find.js';
import { OUTPUT_FLAG, reportFormat } from '../../output/report.js';
import type { CommandSpec, Run } from '../command.js';
import { progressOf } from '../progress.js';
import { writeFindings } from './findings.js';

export const spec = {
  usage: 'doctor [options]',
  description:
    'Looks at the whole cluster, or at a data directory or snapshot, and tells what is wrong, the worst first: with the evidence, the command that mends it, and the page that tells more. It works with one member left and without a quorum, and changes nothing. The exit code is 0 when all is well, 1 for warnings, 2 for errors.',
  examples: [
    'ketcdctl doctor',
    'ketcdctl --endpoints file: doctor # this node’s own data directory, while etcd is down',
    'ketcdctl doctor -o json --watch-for 10s',
  ],
  flags: {
    ...OUTPUT_FLAG,
    watchFor: duration('how long metrics and writes are watched', { default: '3s' }),
    noObjects: bool('do not read the stored objects'),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (args.length > 0) throw badArguments('doctor takes no arguments');
  const format = reportFormat(context, flags);
  const progress = progressOf(context);
  const facts = await gather({
    client: await context.connect(),
    connection: connectionOptions(context),
    metricsUrls: findNode().metricsUrls?.value ?? [],
    watchSeconds: Math.max(1, Math.round(flags.watchFor / 1000)),
    objects: !flags.noObjects,
    progress: progress.show,
  });
  progress.clear();
  return writeFindings(context, format, diagnose(facts), about(facts));
};

function about({ isFile, members }: ClusterFacts): string {
  if (isFile) return 'A file was read.';
  const answered = members.filter(({ status }) => status !== undefined).length;
  return `${answered} of ${members.length} members answered.`;
}
