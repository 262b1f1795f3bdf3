import chalk from 'chalk';
import { badArguments } from '../../base/errors.js';
import { bool, duration } from '../../base/flags/declare.js';
import { harmless, writeStyled } from '../../base/terminal.js';
import { connectionOptions } from '../../connection/options.js';
import { diagnose } from '../../doctor/diagnose.js';
import type { ClusterFacts } from '../../doctor/facts.js';
import { exitCodeOf, type Finding } from '../../doctor/finding.js';
import { gather } from '../../doctor/gather.js';
import { findNode } from '../../node/find.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

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
  const facts = await gather({
    client: await context.connect(),
    connection: connectionOptions(context),
    metricsUrls: findNode().metricsUrls?.value ?? [],
    watchSeconds: Math.max(1, Math.round(flags.watchFor / 1000)),
    objects: !flags.noObjects,
    progress: (text) => {
      if (context.stderr.isTTY) writeStyled(context.stderr, `${CLEAR_LINE}${text} …`);
    },
  });
  if (context.stderr.isTTY) writeStyled(context.stderr, CLEAR_LINE);
  const findings = diagnose(facts);
  if (format === 'table') await writeStyled(context.stdout, text(context, facts, findings));
  else {
    await writeReport(context, format, {
      heads: [],
      rows: [],
      name: 'findings',
      items: findings.map((finding) => factsOf({ ...finding, page: `docs/${finding.page}` })),
      facts: new Map([['exitCode', exitCodeOf(findings)]]),
    });
  }
  return exitCodeOf(findings);
};

const CLEAR_LINE = '\r\u001b[K';
const COLOURS = { error: chalk.red.bold, warning: chalk.yellow, note: chalk.dim } as const;

function text({ stdout }: CommandContext, facts: ClusterFacts, findings: readonly Finding[]): string {
  const marks = findings.map(({ severity, what, evidence, remedy, page }) => {
    const mark = severity.toUpperCase().padEnd(8);
    const head = stdout.isTTY ? COLOURS[severity](mark) : mark;
    const lines = [
      what,
      `         evidence: ${evidence}`,
      `         remedy:   ${remedy}`,
      `         more:     docs/${page}`,
    ];
    // Names and messages are those of servers; only the colours are ours.
    return `${head} ${lines.map((line) => (stdout.isTTY ? harmless(line) : line)).join('\n')}\n`;
  });
  return `${marks.join('\n')}${marks.length > 0 ? '\n' : ''}${summary(facts, findings)}\n`;
}

function summary(facts: ClusterFacts, findings: readonly Finding[]): string {
  const asked = facts.members.length;
  const answered = facts.members.filter(({ status }) => status).length;
  const members = facts.isFile ? 'A file was read' : `${answered} of ${asked} members answered`;
  const count = (severity: Finding['severity']) => findings.filter((each) => each.severity === severity).length;
  const errors = `${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes`;
  return `${members}. ${findings.length === 0 ? 'All is well.' : `${errors}.`}`;
}
