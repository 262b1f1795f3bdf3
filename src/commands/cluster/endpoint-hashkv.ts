import type { IHashKVResponse } from 'etcd3/lib/rpc';
import { atLeast, isDropIn } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { int } from '../../base/flags/declare.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import type { ENDPOINT_FLAGS } from './endpoint-flags.js';
import '../../rpc/newer-fields.js';
import { stringJson } from '../../base/go/json.js';
import { goQuote } from '../../base/go/quote.js';
import { fieldLine, headerFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { messageJson } from '../../output/json.js';
import { printList } from '../../output/response.js';
import {
  type Asked,
  answered,
  askEach,
  errorMember,
  errorOf,
  exitCodeOf,
  readableResponses,
  tellFailures,
} from './endpoint-each.js';

export const spec = {
  usage: 'endpoint hashkv [options]',
  mostArgs: 0,
  description:
    'Shows the hash over the key-values of each endpoint up to a revision. The same revision has the same hash at every sound member.',
  examples: ['ketcdctl endpoint hashkv --cluster', 'ketcdctl endpoint hashkv --cluster --rev 4711 -w table'],
  flags: { rev: int('largest revision to hash (0: the newest)', { default: '0' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof ENDPOINT_FLAGS> = async (context, _args, flags) => {
  const revision = String(flags.rev);
  const format = outputFormat(context);
  const asked = await askEach(context, flags, (member) => member.maintenance.hashKV({ revision }));
  await tellFailures(context, asked, 'Failed to get the hash of endpoint');
  const shown = isDropIn(context.mode) ? asked.filter(answered) : asked;
  const withRevision = atLeast(context.mode, '3.6');
  await printList(context, format, {
    simple: () => asked.filter(answered).map((one) => `${hashRow(context, one).join(', ')}\n`),
    json: shown.map(hashJson),
    fields: asked.filter(answered).map(({ endpoint, answer }) => hashFields(context, endpoint, answer)),
    table: {
      heads: ['endpoint', 'hash', ...(withRevision ? ['hash revision'] : [])],
      rows: shown.map((one) => hashRow(context, one)),
    },
    values: () => readableResponses(context, 'HashKVResponse', asked),
  });
  const failed = asked.filter((one) => !answered(one)).at(-1);
  if (!failed || answered(failed)) return;
  if (failed.error instanceof Failure) failed.error.exitCode = exitCodeOf(context, asked);
  throw failed.error;
};

function hashRow(context: CommandContext, asked: Asked<IHashKVResponse>): string[] {
  const withRevision = atLeast(context.mode, '3.6');
  if (!answered(asked)) return [asked.endpoint, errorOf(context, asked), ...(withRevision ? [''] : [])];
  const { endpoint, answer } = asked;
  return [endpoint, String(answer.hash), ...(withRevision ? [answer.hash_revision] : [])];
}

function hashJson(asked: Asked<IHashKVResponse>): string {
  if (!answered(asked)) return errorMember(asked);
  return `{"Endpoint":${stringJson(asked.endpoint)},"HashKV":${messageJson('HashKVResponse', asked.answer)}}`;
}

function hashFields(context: CommandContext, endpoint: string, answer: IHashKVResponse): string {
  return [
    headerFields(context, answer.header),
    fieldLine('Endpoint', goQuote(endpoint)),
    fieldLine('Hash', answer.hash),
    atLeast(context.mode, '3.6') ? fieldLine('HashRevision', answer.hash_revision) : '',
    '\n',
  ].join('');
}
