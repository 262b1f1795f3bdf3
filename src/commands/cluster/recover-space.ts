import { bool, duration, uint } from '../../base/flags/declare.js';
import { sizeText } from '../../doctor/finding.js';
import { outputFormat } from '../../output/format.js';
import { RecordPrinter } from '../../output/records.js';
import { isAnswering, type Members, titleOf } from '../../repair/members.js';
import { recoverSpace, type SpaceStep } from '../../repair/recover-space.js';
import type { CommandSpec, Run } from '../command.js';
import { defragLimit, PATIENCE_MS, printStep } from './defrag-cluster.js';

export const spec = {
  usage: 'recover-space [options]',
  mostArgs: 0,
  description: `Gives space back to a cluster that is full (alarm NOSPACE), and ends where it is not safe to go on: shows what fills it, drops the history but for the newest revisions, defragments one member after the other, clears the alarm when there is room, and writes and deletes a test key (ketcdctl/recover-space).

Dropping history is what the API server does every five minutes anyway: a watch that is further behind lists its objects anew.`,
  examples: [
    'ketcdctl recover-space --dry-run',
    'ketcdctl recover-space',
    'ketcdctl recover-space --keep 100 --quota 8589934592',
  ],
  flags: {
    keep: uint('how many of the newest revisions stay', { default: '1000', value: 'N' }),
    quota: uint('the quota in bytes, for members that do not tell theirs', { default: '2147483648' }),
    moveLeader: bool('hand the leadership on before the leader’s turn'),
    pause: duration('wait so long between two members', { default: '0s' }),
    dryRun: bool('show what fills it and what would be done, and do nothing'),
    force: bool('go on with those that answer when a member is not well'),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const printer = new RecordPrinter(context, outputFormat(context));
  const steps = recoverSpace(await context.connect(), {
    keep: flags.keep,
    defrag: {
      quota: Number(flags.quota),
      moveLeader: flags.moveLeader,
      pauseMs: flags.pause,
      dryRun: flags.dryRun,
      force: flags.force,
      timeoutMs: defragLimit(context),
      patienceMs: PATIENCE_MS,
    },
  });
  try {
    for await (const step of steps) {
      // The members are the data; all else tells how it goes.
      if (step.step === 'member') await printStep(context, printer, step.member);
      else await context.stderr.write(stepText(step));
    }
  } finally {
    await printer.end();
  }
};

const SHOWN_KINDS = 8;

function stepText(step: Exclude<SpaceStep, { step: 'member' }>): string {
  switch (step.step) {
    case 'found':
      return foundText(step.members);
    case 'usage': {
      const largest = step.usages.slice(0, SHOWN_KINDS);
      const lines = largest.map(({ name, objects, live }) => `  ${sizeText(live).padStart(9)}  ${objects} ${name}\n`);
      return `Live objects: ${sizeText(step.liveBytes)}; what is in use beyond them is history\n${lines.join('')}`;
    }
    case 'compacted':
      return `${step.dryRun ? 'Would drop' : 'Dropped'} the history before revision ${step.revision}\n`;
    case 'nothing to compact':
      return 'There is no history to drop\n';
    case 'disarmed':
      return step.names.length === 0
        ? 'No alarm had to be cleared\n'
        : `Cleared the alarm NOSPACE of ${step.names.join(', ')}\n`;
    case 'written':
      return `A test write was taken at revision ${step.revision}: the cluster writes again\n`;
  }
}

function foundText({ all, alarms }: Members): string {
  const nospace = alarms.filter(({ alarm }) => alarm === 'NOSPACE').map(({ memberId }) => memberId);
  const lines = all.map((member) => {
    if (!isAnswering(member)) return `${titleOf(member)}: ${member.problem}\n`;
    const { dbSize, dbSizeInUse, quota } = member.status;
    const of = quota > 0 ? ` of ${sizeText(quota)}` : '';
    const alarm = nospace.includes(member.id) ? ', alarm NOSPACE' : '';
    return `${titleOf(member)}: ${sizeText(dbSize)}${of}, ${sizeText(dbSizeInUse)} in use${alarm}\n`;
  });
  return lines.join('');
}
