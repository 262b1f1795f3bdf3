/** `defrag --cluster` in own mode. */
import type { FlagsOf } from '../../base/flags/declare.js';
import { formatDuration } from '../../base/go/duration.js';
import { sizeText } from '../../doctor/finding.js';
import { outputFormat } from '../../output/format.js';
import { RecordPrinter } from '../../output/records.js';
import { type DefragOptions, type DefragStep, defragCluster } from '../../repair/defrag-cluster.js';
import { titleOf } from '../../repair/members.js';
import { parseSizeRule } from '../../repair/size-rule.js';
import type { CommandContext } from '../command.js';
import type { DEFRAG_CLUSTER_FLAGS } from './defrag-cluster-flags.js';

/** How long a member may take to catch up before the next one is defragmented. */
export const PATIENCE_MS = 60_000;

export async function runDefragCluster(
  context: CommandContext,
  flags: FlagsOf<typeof DEFRAG_CLUSTER_FLAGS>,
): Promise<void> {
  const options: DefragOptions = {
    rule: flags.rule === '' ? undefined : parseSizeRule(flags.rule),
    quota: Number(flags.quota),
    moveLeader: flags.moveLeader,
    pauseMs: flags.pause,
    dryRun: flags.dryRun,
    force: flags.force,
    timeoutMs: defragLimit(context),
    patienceMs: flags.dryRun ? 0 : PATIENCE_MS,
  };
  const printer = new RecordPrinter(context, outputFormat(context));
  try {
    for await (const step of defragCluster(await context.connect(), options)) await printStep(context, printer, step);
  } finally {
    await printer.end();
  }
}

/** Own mode waits for a member until it is done, unless --command-timeout was given. */
export function defragLimit({ options }: CommandContext): number | null {
  return options.given.has('commandTimeout') ? options.commandTimeout : null;
}

/** Told at once, as the next member may take its time. */
export async function printStep(context: CommandContext, printer: RecordPrinter, step: DefragStep): Promise<void> {
  if (step.step === 'leader moved') {
    await context.stderr.write(`Leadership moved from ${titleOf(step.from)} to ${titleOf(step.to)}\n`);
    return;
  }
  const { member, before } = step;
  const after = step.step === 'defragmented' ? step.after : before;
  const took = step.step === 'defragmented' ? formatDuration(step.tookNs) : '';
  await printer.print(
    {
      name: member.name,
      endpoint: member.endpoint,
      action: step.step,
      took,
      dbSizeBefore: before.dbSize,
      dbSizeInUseBefore: before.dbSizeInUse,
      dbSize: after.dbSize,
      dbSizeInUse: after.dbSizeInUse,
    },
    stepText(step),
  );
  await context.stdout.flush();
}

function stepText(step: Exclude<DefragStep, { step: 'leader moved' }>): string {
  const { member, before } = step;
  const who = `${titleOf(member)} (${member.endpoint})`;
  const used = `${sizeText(before.dbSize)}, ${sizeText(before.dbSizeInUse)} of it in use`;
  if (step.step === 'skipped') return `Skipped ${who}: ${step.reason}; ${used}\n`;
  if (step.step === 'would defragment') return `Would defragment ${who}: ${used}\n`;
  const took = formatDuration(step.tookNs);
  return `Defragmented ${who}: ${sizeText(before.dbSize)} before, ${sizeText(step.after.dbSize)} now; took ${took}\n`;
}
