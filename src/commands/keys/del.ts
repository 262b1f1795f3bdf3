import type { IDeleteRangeRequest } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import type { EtcdClient } from '../../etcd/client.js';
import { readRange } from '../../etcd/range.js';
import { visible } from '../../output/bytes.js';
import { fieldLine, headerFields, keyValueFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { keyValueLines } from '../../output/key-values.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { confirm } from '../confirm.js';
import { rangeOfArguments, refuseBoth } from './get.js';

export const spec = {
  usage: 'del [options] <key> [range_end]',
  description:
    'Deletes a key, or the keys from <key> up to but not including <range_end>. On a terminal, more than one key is deleted only after a look at what it would be.',
  examples: [
    'ketcdctl del greeting',
    'ketcdctl del --prefix --dry-run /registry/events/ # what would go',
    'ketcdctl del --prefix --yes /registry/events/default/',
  ],
  complete: 'key',
  flags: {
    prefix: bool('delete all keys that begin with the key'),
    prevKv: bool('print what is deleted'),
    fromKey: bool('delete all keys from the key on, in byte order'),
    range: bool('delete the range without a delay', { since: '3.5' }),
    yes: bool('do not ask', { short: 'y', own: true }),
    dryRun: bool('list the keys that would be deleted, and delete nothing', { own: true }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const request = deleteRequest(args, flags);
  const format = outputFormat(context);
  if (isDropIn(context.mode)) await announceRange(context, args, flags);
  const client = await context.connect();
  if (!isDropIn(context.mode) && !(await mayDelete(context, client, request, flags))) return;
  const response = await client.kv.deleteRange(request);
  const previous = response.prev_kvs;
  await print(context, format, {
    message: 'DeleteRangeResponse',
    response,
    simple: async () => [`${response.deleted}\n`, ...(await keyValueLines(context, previous))],
    fields: () =>
      headerFields(context, response.header) +
      fieldLine('Deleted', response.deleted) +
      previous.map((kv) => keyValueFields(context, kv, 'Prev')).join(''),
  });
};

/**
 * The request that the arguments and flags of `del` mean.
 * @throws Failure with etcdctl's text and exit code when they contradict each other.
 */
export function deleteRequest(args: string[], flags: Flags<typeof spec>): IDeleteRangeRequest {
  const [first, rangeEnd] = args;
  if (first === undefined || args.length > 2) {
    throw new Failure('del command needs one argument as key and an optional argument as range_end', {
      exitCode: ExitCode.BadArgs,
    });
  }
  refuseBoth(flags, 'prefix', 'fromKey');
  return { ...rangeOfArguments(first, rangeEnd, flags), prev_kv: flags.prevKv };
}

/** etcdctl 3.5 announced, and 3.6 makes, two seconds to interrupt a range that may be a slip of the pen. */
export async function announceRange(context: CommandContext, args: string[], flags: Flags<typeof spec>): Promise<void> {
  const [first, rangeEnd] = args;
  if (rangeEnd === undefined || !atLeast(context.mode, '3.5') || flags.range) return;
  if (!atLeast(context.mode, '3.6')) {
    await context.stderr.write(
      'In etcd v3.6, the operation will be suspended for a few seconds to provide the user time to verify range.\n',
    );
    return;
  }
  await context.stderr.write(
    `Warning: Keys between ${goQuote(first!)} and ${goQuote(rangeEnd)} will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide \`--range\` flag to avoid the delay.\n`,
  );
  await context.stderr.flush();
  await new Promise((resolve) => setTimeout(resolve, 2000));
}

/** Lists for --dry-run; asks on a terminal before a range is deleted. */
async function mayDelete(
  context: CommandContext,
  client: EtcdClient,
  request: IDeleteRangeRequest,
  flags: Flags<typeof spec>,
): Promise<boolean> {
  const { key, range_end } = request;
  if (flags.dryRun) {
    await listKeys(context, client, { key, range_end } as IDeleteRangeRequest);
    return false;
  }
  const asks = range_end !== undefined && !flags.yes && context.stderr.isTTY && context.stdin.isTTY;
  if (!asks) return true;
  const sample = await client.kv.range({ ...(key && { key }), range_end, keys_only: true, limit: SAMPLE });
  if (Number(sample.count) < 2) return true;
  const shown = sample.kvs.map((kv) => `  ${visible(kv.key)}\n`).join('');
  const rest = Number(sample.count) - sample.kvs.length;
  const question = `${shown}${rest > 0 ? `  and ${rest} more\n` : ''}Delete these ${sample.count} keys? [y/N] `;
  return confirm(context, question);
}

/** How many keys are listed before the question. */
const SAMPLE = 10;

async function listKeys(context: CommandContext, client: EtcdClient, range: IDeleteRangeRequest): Promise<void> {
  let count = 0;
  for await (const page of readRange(client, { ...range, keys_only: true })) {
    for (const { key } of page.kvs) await context.stdout.write(Buffer.concat([key, Buffer.from('\n')]));
    count += page.kvs.length;
  }
  await context.stderr.write(`${count} ${count === 1 ? 'key' : 'keys'} would be deleted\n`);
}
