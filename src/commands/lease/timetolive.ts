import type { ILeaseTimeToLiveResponse } from 'etcd3/lib/rpc';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import { outputFormat } from '../../output/format.js';
import { hexLease } from '../../output/ids.js';
import { leaseFields, leaseJson, leaseProtobuf } from '../../output/lease.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { failingWith, parseLease } from './shared.js';

export const spec = {
  usage: 'lease timetolive <leaseID> [options]',
  description: 'Shows how many seconds a lease still lives, and with --keys which keys it holds.',
  examples: ['ketcdctl lease timetolive --keys 32695410dcc0ca06'],
  flags: { keys: bool('list the keys under the lease') },
  noTimeout: 'always',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [text] = args;
  if (text === undefined || args.length !== 1) {
    throw new Failure('lease timetolive command needs lease ID as argument', { exitCode: ExitCode.BadArgs });
  }
  const ID = parseLease(text, 'lease ID arg');
  const keys = flags.keys;
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await failingWith(ExitCode.BadConnection, client.lease.leaseTimeToLive({ ID, keys }));
  const { header, TTL, grantedTTL } = response;
  await print(context, format, {
    message: 'LeaseTimeToLiveResponse',
    response,
    simple: () => lifeLine(response, keys),
    fields: () => {
      const attached = response.keys.map((key): [string, string] => ['Key', goQuote(key)]);
      return leaseFields(context, header, [response.ID], [['TTL', TTL], ['GrantedTTL', grantedTTL], ...attached]);
    },
    json: () => {
      const list = response.keys.map((key) => `"${key.toString('base64')}"`);
      const attached = list.length > 0 ? `[${list.join(',')}]` : 'null';
      return leaseJson(header, [
        `"id":${response.ID}`,
        `"ttl":${TTL}`,
        `"granted-ttl":${grantedTTL}`,
        `"keys":${attached}`,
      ]);
    },
    protobuf: leaseProtobuf(header),
  });
};

/** Keys as they are, in the brackets of a list of Go's. */
function lifeLine({ ID, TTL, grantedTTL, keys }: ILeaseTimeToLiveResponse, withKeys: boolean): (string | Buffer)[] {
  const lease = `lease ${hexLease(ID)}`;
  if (grantedTTL === '0' && TTL === '-1') return [`${lease} already expired\n`];
  const line: (string | Buffer)[] = [`${lease} granted with TTL(${grantedTTL}s), remaining(${TTL}s)`];
  if (withKeys) line.push(', attached keys([', ...keys.flatMap((key, at) => (at > 0 ? [' ', key] : [key])), '])');
  return [...line, '\n'];
}
