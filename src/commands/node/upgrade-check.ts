import { badArguments } from '../../base/errors.js';
import { string, strings } from '../../base/flags/declare.js';
import { connectionOptions } from '../../connection/options.js';
import { checkMembership } from '../../doctor/check-membership.js';
import { checkSpace } from '../../doctor/check-space.js';
import { checkDataDir, checkLiveUpgrade, type Target } from '../../doctor/check-upgrade.js';
import { type Finding, worstFirst } from '../../doctor/finding.js';
import { gather } from '../../doctor/gather.js';
import { readDataDir } from '../../doctor/upgrade-facts.js';
import { etcdOptions } from '../../node/options.js';
import { OUTPUT_FLAG, reportFormat } from '../../output/report.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { progressOf } from '../progress.js';
import { writeFindings } from './findings.js';

const TARGETS: readonly Target[] = ['3.6', '3.7'];

export const spec = {
  usage: 'upgrade check --to <version> [options]',
  description:
    'Looks for what is known to break an upgrade of etcd: of the running cluster, and with --data-dir of data directories, where members that were removed, promotions that were lost and keys of API v2 can be seen. It changes nothing. The exit code is 0 when nothing is in the way, 1 for warnings, 2 for errors.',
  examples: [
    'ketcdctl upgrade check --to 3.6',
    'sudo ketcdctl upgrade check --to 3.6 --data-dir /var/lib/etcd # the files of this node, too',
    'ketcdctl upgrade check --to 3.7 -o json',
  ],
  flags: {
    ...OUTPUT_FLAG,
    to: string('the version to upgrade to', { value: 'VERSION', choices: TARGETS, required: true }),
    dataDir: strings('look at these data directories, in place of the running cluster', {
      value: 'DIR',
      complete: 'directory',
    }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (args.length > 0) throw badArguments('upgrade check takes no arguments');
  const to = targetOf(flags.to);
  const format = reportFormat(context, flags);
  if (flags.dataDir.length > 0) {
    const findings = flags.dataDir.flatMap((path) => checkDataDir(readDataDir(path), to));
    const about = `${flags.dataDir.length} data ${flags.dataDir.length === 1 ? 'directory was' : 'directories were'} read.`;
    return writeFindings(context, format, worstFirst(findings), about);
  }
  const findings = await checkCluster(context, to);
  return writeFindings(
    context,
    format,
    worstFirst(findings),
    `The running cluster was asked (--data-dir looks deeper).`,
  );
};

function targetOf(to: string): Target {
  const target = TARGETS.find((each) => each === to.replace(/^v/, ''));
  if (target === undefined) throw badArguments(`--to ${to} is not known`, `it takes ${TARGETS.join(' or ')}`);
  return target;
}

async function checkCluster(context: CommandContext, to: Target): Promise<Finding[]> {
  const progress = progressOf(context);
  const facts = await gather({
    client: await context.connect(),
    connection: connectionOptions(context),
    metricsUrls: [],
    watchSeconds: 0,
    objects: false,
    progress: progress.show,
  });
  progress.clear();
  return [...checkLiveUpgrade(facts, to, etcdOptions()), ...checkMembership(facts), ...checkSpace(facts)];
}
