import { badArguments, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import { outputFormat } from '../../output/format.js';
import { printPlain } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'compaction [options] <revision>',
  description:
    'Drops the history before a revision: what the keys were then can no longer be read or watched. The space is given back by defrag.',
  examples: ['ketcdctl compaction 4711', 'ketcdctl compaction --physical 4711 # return when the space is free'],
  flags: { physical: bool('wait until all members have freed the space in their databases') },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [text] = args;
  if (text === undefined || args.length > 1) throw badArguments('compaction command needs 1 argument');
  const revision = parseRevision(text);
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.kv.compact({ revision, physical: flags.physical });
  await printPlain(context, format, {
    message: 'CompactionResponse',
    response,
    text: `compacted revision ${revision}\n`,
  });
};

/** A decimal number; etcdctl answers anything else with exit code 1. */
function parseRevision(text: string): string {
  const why = !/^[+-]?\d+$/.test(text) ? 'invalid syntax' : outOfRange(BigInt(text)) ? 'value out of range' : '';
  if (why === '') return String(BigInt(text));
  throw new Failure(`a revision is a whole number, not ${goQuote(text)}`, {
    etcdText: `strconv.ParseInt: parsing ${goQuote(text)}: ${why}`,
  });
}

function outOfRange(value: bigint): boolean {
  return BigInt.asIntN(64, value) !== value;
}
