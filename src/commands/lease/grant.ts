import { isDropIn } from '../../base/contract.js';
import { ExitCode, Failure, failureText } from '../../base/errors.js';
import { stringJson } from '../../base/go/json.js';
import { goQuote } from '../../base/go/quote.js';
import { outputFormat } from '../../output/format.js';
import { hexLease } from '../../output/ids.js';
import { leaseFields, leaseJson, leaseProtobuf } from '../../output/lease.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'lease grant <ttl>',
  description:
    'Creates a lease that lives <ttl> seconds unless it is renewed. Keys that are put under it (put --lease) are deleted with it.',
  examples: ['ketcdctl lease grant 60'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const ttl = parseTtl(args);
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.lease.leaseGrant({ TTL: ttl }).catch((error) => {
    const reason = failureText(error, isDropIn(context.mode));
    const { exitCode } = error as Failure;
    throw new Failure(`failed to grant lease (${reason})`, {
      exitCode: isDropIn(context.mode) ? ExitCode.Error : exitCode,
      cause: error,
    });
  });
  const { header, ID, TTL, error } = response;
  await print(context, format, {
    message: 'LeaseGrantResponse',
    response,
    simple: () => [`lease ${hexLease(ID)} granted with TTL(${TTL}s)\n`],
    fields: () => leaseFields(context, header, [ID], [['TTL', TTL]]),
    json: () => leaseJson(header, [`"ID":${ID}`, `"TTL":${TTL}`, `"Error":${stringJson(error)}`]),
    protobuf: leaseProtobuf(header),
  });
};

/** Seconds, in decimal. */
function parseTtl(args: string[]): string {
  const [text] = args;
  if (text === undefined || args.length !== 1) {
    throw new Failure('lease grant command needs TTL argument', { exitCode: ExitCode.BadArgs });
  }
  if (!/^[+-]?\d+$/.test(text)) throw badTtl(text, 'invalid syntax');
  const ttl = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, ttl) !== ttl) throw badTtl(text, 'value out of range');
  return String(ttl);
}

function badTtl(text: string, why: string): Failure {
  const reason = `strconv.ParseInt: parsing ${goQuote(text)}: ${why}`;
  return new Failure(`a TTL is a whole number of seconds, not ${goQuote(text)}`, {
    exitCode: ExitCode.BadArgs,
    etcdText: `bad TTL (${reason})`,
  });
}
