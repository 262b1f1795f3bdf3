import type { IMember } from 'etcd3/lib/rpc';
import type { Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import { fieldLine, headerFields, idField } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { hexId } from '../../output/ids.js';
import { membersJson } from '../../output/members.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'member list [options]',
  mostArgs: 0,
  examples: ['ketcdctl member list -w table', 'ketcdctl member list -w yaml'],
  flags: {
    consistency: string('linearizable (l) or serializable (s)', { default: 'l', choices: ['l', 's'], since: '3.6' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const linearizable = isLinearizable(context.mode, flags.consistency);
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.cluster.memberList({ linearizable });
  const { members } = response;
  await print(context, format, {
    message: 'MemberListResponse',
    response,
    simple: () => members.map((member) => `${memberRow(member).join(', ')}\n`),
    fields: () => headerFields(context, response.header) + members.map((one) => memberFields(context, one)).join(''),
    json: () => membersJson(context, 'MemberListResponse', response),
    table: () => ({
      heads: ['ID', 'status', 'name', 'peer addrs', 'client addrs', 'is learner'],
      rows: members.map(memberRow),
    }),
  });
};

function isLinearizable(mode: Mode, consistency: string): boolean {
  if (consistency === 'l' || consistency === 's') return consistency === 'l';
  // etcdctl names the flag's default in place of what was given.
  const named = mode.tool === 'ketcdctl' ? consistency : 'l';
  throw new Failure(`unknown consistency flag ${goQuote(named)}`, { exitCode: ExitCode.BadFeature });
}

function memberRow({ ID, name, peerURLs, clientURLs, isLearner }: IMember): string[] {
  const status = name === '' ? 'unstarted' : 'started';
  return [hexId(ID), status, name, peerURLs.join(','), clientURLs.join(','), String(isLearner)];
}

function memberFields(context: CommandContext, { ID, name, peerURLs, clientURLs, isLearner }: IMember): string {
  return [
    fieldLine('ID', idField(context, ID)),
    fieldLine('Name', goQuote(name)),
    ...peerURLs.map((url) => fieldLine('PeerURL', goQuote(url))),
    ...clientURLs.map((url) => fieldLine('ClientURL', goQuote(url))),
    fieldLine('IsLearner', isLearner),
    '\n',
  ].join('');
}
