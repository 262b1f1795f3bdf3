import { atLeast, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { int } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { catchingSignals } from '../../base/signals.js';
import type { Session } from '../../etcd/lease.js';
import { heldKey, type Lock, lock } from '../../etcd/lock.js';
import { outputFormat } from '../../output/format.js';
import { printHolder } from '../../output/holder.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { runChild } from '../run-child.js';
import { openSession, untilAborted } from './own-session.js';

export const spec = {
  usage: 'lock [options] <lockname> [exec-command arg1 arg2 ...]',
  description:
    "Waits for the lock and holds it until it is interrupted, or as long as the given program runs: the exit code is then the program's. Flags of the program go behind --.",
  examples: [
    'ketcdctl lock backup',
    'ketcdctl lock backup -- sh -c "ketcdctl snapshot save /backup/etcd.db" # at one place at a time',
  ],
  flags: { ttl: int('seconds that the lock outlives a holder that has died', { default: '10' }) },
  noTimeout: 'always',
} satisfies CommandSpec;

/** What etcd's library takes where the given time is no time. */
const DEFAULT_TTL = 60;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [name, ...command] = args;
  if (name === undefined) {
    throw new Failure('lock takes a lock name argument and an optional command to execute', {
      exitCode: ExitCode.BadArgs,
    });
  }
  const format = outputFormat(context);
  const client = await context.connect();
  await catchingSignals(context, async (signal) => {
    const session = await openSession(context, client, sessionTtl(flags), signal);
    try {
      const held = await lock(client, session, argBytes(name), signal);
      if (signal.aborted) throw new Failure('context canceled');
      if (command.length > 0) await holdWhile(context, held, session, command, signal);
      else {
        const response = await heldKey(client, held.key, signal);
        if (response.kvs.length === 0) throw new Failure('lock lost on init');
        await printHolder(context, format, response);
        await untilAborted(signal, session.lost);
        if (!signal.aborted) throw new Failure('session expired');
      }
    } finally {
      await session.close();
    }
  });
};

function sessionTtl(flags: Flags<typeof spec>): number {
  const ttl = Number(flags.ttl);
  return ttl > 0 ? ttl : DEFAULT_TTL;
}

/** Runs the program; a signal to us reaches it by the terminal, and in own mode SIGTERM is passed on. */
async function holdWhile(
  context: CommandContext,
  held: Lock,
  session: Session,
  command: string[],
  signal: AbortSignal,
): Promise<void> {
  const variables = { ETCD_LOCK_KEY: held.key.toString(), ETCD_LOCK_REV: held.header.revision };
  const warn = () => void context.stderr.write('warning: the lock is lost, its lease has expired\n');
  if (!isDropIn(context.mode)) session.lost.addEventListener('abort', warn);
  // In a session of its own on a terminal it has had the signal already; a second one does no harm.
  const { problem, status } = await runChild(context, command, variables, {
    terminate: isDropIn(context.mode) ? undefined : signal,
  });
  session.lost.removeEventListener('abort', warn);
  if (problem === undefined) return;
  const passedOn = status !== undefined && atLeast(context.mode, '3.5');
  throw new Failure(problem, { errorCode: 'failed', exitCode: passedOn ? status : ExitCode.Error });
}
