/** Findings as people and scripts read them. */
import chalk from 'chalk';
import { harmless, writeStyled } from '../../base/terminal.js';
import { exitCodeOf, type Finding } from '../../doctor/finding.js';
import { factsOf, type ReportFormat, writeReport } from '../../output/report.js';
import type { CommandContext } from '../command.js';

const COLOURS = { error: chalk.red.bold, warning: chalk.yellow, note: chalk.dim } as const;

/** @param about the sentence in front of the counts. @returns the exit code: 0, 1 for warnings, 2 for errors */
export async function writeFindings(
  context: CommandContext,
  format: ReportFormat,
  findings: readonly Finding[],
  about: string,
): Promise<number> {
  const exitCode = exitCodeOf(findings);
  if (format === 'table') {
    const shown = findings.map((finding) => findingText(finding, context.stdout.isTTY));
    await writeStyled(context.stdout, [...shown, `${about} ${counts(findings)}\n`].join('\n'));
  } else {
    await writeReport(context, format, {
      heads: [],
      rows: [],
      name: 'findings',
      items: findings.map((finding) => factsOf({ ...finding, page: `docs/${finding.page}` })),
      facts: new Map([['exitCode', exitCode]]),
    });
  }
  return exitCode;
}

function findingText({ severity, what, evidence, remedy, page }: Finding, isTerminal: boolean): string {
  const mark = severity.toUpperCase().padEnd(8);
  const head = isTerminal ? COLOURS[severity](mark) : mark;
  const indent = ' '.repeat(9);
  const lines = [
    what,
    `${indent}evidence: ${evidence}`,
    `${indent}remedy:   ${remedy}`,
    `${indent}more:     docs/${page}`,
  ];
  // Names and messages are those of servers; only the colours are ours.
  return `${head} ${lines.map((line) => (isTerminal ? harmless(line) : line)).join('\n')}\n`;
}

function counts(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'All is well.';
  const count = (severity: Finding['severity']) => findings.filter((each) => each.severity === severity).length;
  return `${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes.`;
}
