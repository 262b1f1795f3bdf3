import { existsSync } from 'node:fs';
import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { quorumOf } from '../../doctor/facts.js';
import { sizeText } from '../../doctor/finding.js';
import { findNode } from '../../node/find.js';
import { isRunning, runningEtcds } from '../../node/processes.js';
import { Columns } from '../../output/columns.js';
import { type Candidate, differ, readCandidates } from '../../repair/candidates.js';
import { askMembers, type Members } from '../../repair/members.js';
import { API_SERVER_ASIDE, nodeCommands } from '../../repair/node-commands.js';
import {
  copyOf,
  type NodeState,
  type RecoverStep,
  stepsAlone,
  stepsWithoutQuorum,
} from '../../repair/recover-steps.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';

export const spec = {
  usage: 'recover [options] [data directory or snapshot ...]',
  description: `The way back when most members are gone for good. Of the data directories and snapshots that are given (without any, this node's own) it says which is the newest, and then tells the steps for this node one after the other: each is checked before the next is told, so run it again after each. The exit code is 1 while a step is left.

Nothing is written without --yes, which makes the copy of the data and restores data of another place; what was there is kept as DATA-DIR.before-recover.`,
  examples: [
    'ketcdctl recover',
    'ketcdctl recover /var/lib/etcd /root/from-master-2/etcd /backup/etcd.db',
    'ketcdctl recover --yes',
  ],
  complete: 'directory',
  flags: {
    dataDir: string('the data directory of this node’s etcd', { value: 'DIR', complete: 'directory' }),
    yes: bool('do what can be done here: the copy, the restore'),
    force: bool('go on although the cluster has its quorum'),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const node = nodeState(flags);
  const answering = await whoAnswers(context);
  const hasQuorum = answering !== undefined && !flags.force;
  if (hasQuorum && !existsSync(copyOf(node.dataDir))) {
    await context.stdout.write('The cluster has its quorum: there is nothing to recover\n');
    return ExitCode.Ok;
  }
  if (hasQuorum) {
    const before = readCandidates([copyOf(node.dataDir)])[0]?.members ?? [];
    const code = await tellSteps(context, stepsAlone(answering, before, node));
    if (code === ExitCode.Ok) {
      await context.stdout.write(
        `All is done: see what \`ketcdctl doctor\` says, and remove ${copyOf(node.dataDir)} when it is no longer needed\n`,
      );
    }
    return code;
  }
  const paths = args.length > 0 ? args : [node.dataDir];
  const candidates = readCandidates(paths);
  await tellCandidates(context, candidates);
  return tellSteps(context, stepsWithoutQuorum(candidates[0]!, node, flags.yes));
};

function nodeState(flags: Flags<typeof spec>): NodeState {
  const { dataDir: found, distribution } = findNode();
  const dataDir = flags.dataDir || found?.value;
  if (dataDir === undefined) {
    throw badArguments('no data directory of an etcd was found on this node', 'name it with --data-dir');
  }
  return {
    dataDir,
    apiServerRuns: isRunning('kube-apiserver'),
    apiServerIsAside: existsSync(API_SERVER_ASIDE),
    isForced: runningEtcds().some(({ settings }) => settings.forceNewCluster),
    commands: nodeCommands(distribution),
  };
}

/** The members, where a read through consensus works; undefined where the quorum is lost. */
async function whoAnswers(context: CommandContext): Promise<Members | undefined> {
  const client = await context.connect();
  if (client.callable.isFile) throw new Failure('a cluster is recovered, not a file: give the file as an argument');
  try {
    await client.kv.range({ key: Buffer.from('health') });
    return await askMembers(client);
  } catch {
    return undefined;
  }
}

async function tellCandidates({ stdout }: CommandContext, candidates: readonly Candidate[]): Promise<void> {
  const columns = new Columns();
  columns.add(['DATA', 'MEMBER', 'CONFIRMED', 'LAST ENTRY', 'TERM', 'APPLIED', 'REVISION', 'HASH', 'SIZE', 'WRITTEN']);
  for (const each of candidates) {
    const { path, name, memberId, commit, lastIndex, lastTerm, applied, revision, hash, size, modified } = each;
    const numbers = [commit, lastIndex, lastTerm, applied, revision].map(String);
    const hashText = hash === undefined ? '' : `${hash.hash} at ${hash.revision}`;
    columns.add([path, name || memberId, ...numbers, hashText, sizeText(size), modified.toISOString().slice(0, 19)]);
  }
  await stdout.write([...columns.lines()].join(''));
  const newest = candidates[0]!;
  await stdout.write(`\n${judgement(newest, candidates).join('\n')}\n\n`);
}

/** What the numbers mean. */
function judgement(newest: Candidate, candidates: readonly Candidate[]): string[] {
  const voters = newest.members.filter(({ isLearner }) => !isLearner);
  const seen = voters.filter(({ id }) => candidates.some(({ memberId }) => memberId === id)).length;
  const lines = [`The newest is ${newest.path}.`];
  if (!newest.isDataDir) lines.push('A snapshot ends when it was taken: what was written later is not in it.');
  else
    lines.push(
      seen >= quorumOf(voters.length)
        ? `Data of ${seen} of ${voters.length} members was looked at, which is most of them: one of them has everything that was confirmed.`
        : `Data of ${seen} of ${voters.length} members was looked at: another one may have writes that are missing here. If most members can still be started, start them: then nothing is lost.`,
    );
  const behind = newest.commit - newest.applied;
  if (newest.isDataDir && behind > 0n) {
    lines.push(
      `${behind} confirmed entries of its log are not in its database yet: etcd applies them when it starts from this directory; a restore of the database alone would lose them.`,
    );
  }
  const open = newest.lastIndex - newest.commit;
  if (open > 0n) {
    lines.push(`${open} entries at the end of its log are not known to be confirmed: they are dropped.`);
  }
  for (const other of candidates.slice(1).filter((each) => differ(newest, each))) {
    lines.push(`${other.path} has another history at the same revision: it is damaged, or of another cluster.`);
  }
  return lines;
}

async function tellSteps(
  { stdout }: CommandContext,
  steps: AsyncGenerator<RecoverStep> | Generator<RecoverStep>,
): Promise<number> {
  let at = 0;
  for await (const { title, isDone, commands, note } of steps) {
    await stdout.write(`${isDone ? 'done' : 'next'}  ${++at}. ${title}\n`);
    if (isDone) continue;
    for (const command of commands) await stdout.write(`        ${command}\n`);
    if (note !== undefined) await stdout.write(`      (${note})\n`);
    return ExitCode.Error;
  }
  return ExitCode.Ok;
}
