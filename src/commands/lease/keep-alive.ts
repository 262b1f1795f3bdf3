import type { ILeaseKeepAliveResponse } from 'etcd3/lib/rpc';
import { isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { endedBySignal } from '../../base/signals.js';
import { keepAlive, keepAliveOnce } from '../../etcd/lease.js';
import { type Format, outputFormat } from '../../output/format.js';
import { hexLease } from '../../output/ids.js';
import { leaseFields, leaseJson, leaseProtobuf } from '../../output/lease.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { failingWith, parseLease } from './shared.js';

export const spec = {
  usage: 'lease keep-alive [options] <leaseID>',
  description: 'Renews a lease at a third of its life, until it is gone or the command is interrupted.',
  examples: ['ketcdctl lease keep-alive 32695410dcc0ca06', 'ketcdctl lease keep-alive --once 32695410dcc0ca06'],
  flags: { once: bool('renew the lease once and end') },
  noTimeout: 'always',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [text] = args;
  if (text === undefined || args.length !== 1) {
    throw new Failure('lease keep-alive command needs lease ID as argument', { exitCode: ExitCode.BadArgs });
  }
  const ID = parseLease(text, 'lease ID arg');
  const format = outputFormat(context);
  const { callable } = await context.connect();
  if (flags.once) {
    const response = await failingWith(ExitCode.BadConnection, keepAliveOnce(callable, ID));
    await printRenewal(context, format, response);
    return;
  }
  await endedBySignal(context, (signal) => failingWith(ExitCode.BadConnection, renew(context, format, ID, signal)));
};

async function renew(context: CommandContext, format: Format, ID: string, signal: AbortSignal): Promise<void> {
  const { callable } = await context.connect();
  const stop = new AbortController();
  let unprintable: unknown;
  const trouble = (text: string) => void context.stderr.write(`${text}; trying again\n`);
  await keepAlive(callable, ID, {
    signal: AbortSignal.any([signal, stop.signal]),
    renewed: (response) => {
      // Not awaited: a reader that does not read must not cost the lease its life.
      printRenewal(context, format, response).catch((error) => {
        unprintable = error;
        stop.abort();
      });
    },
    ...(!isDropIn(context.mode) && { trouble }),
  });
  if (unprintable) throw unprintable;
  if (!signal.aborted && format === 'simple') {
    await context.stdout.write(`lease ${hexLease(ID)} expired or revoked.\n`);
  }
}

async function printRenewal(context: CommandContext, format: Format, response: ILeaseKeepAliveResponse): Promise<void> {
  const { header, ID, TTL } = response;
  await print(context, format, {
    message: 'LeaseKeepAliveResponse',
    response,
    simple: () => [`lease ${hexLease(ID)} keepalived with TTL(${TTL})\n`],
    fields: () => leaseFields(context, header, [ID], [['TTL', TTL]]),
    json: () => leaseJson(header, [`"ID":${ID}`, `"TTL":${TTL}`]),
    protobuf: leaseProtobuf(header),
  });
}
