import { ExitCode } from '../../base/errors.js';
import { outputFormat } from '../../output/format.js';
import { hexLease } from '../../output/ids.js';
import { leaseFields, leaseJson, leaseProtobuf } from '../../output/lease.js';
import { print } from '../../output/response.js';
import type { CommandSpec, Run } from '../command.js';
import { failingWith } from './shared.js';

export const spec = {
  usage: 'lease list',
  mostArgs: 0,
  description: 'Lists the IDs of all leases that are alive, those that expire first at the top.',
  examples: ['ketcdctl lease list'],
  flags: {},
  noTimeout: 'always',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context) => {
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await failingWith(ExitCode.BadConnection, client.lease.leaseLeases());
  const { header } = response;
  const ids = response.leases.map(({ ID }) => ID);
  await print(context, format, {
    message: 'LeaseLeasesResponse',
    response,
    simple: () => [`found ${ids.length} leases\n`, ...ids.map((id) => `${hexLease(id)}\n`)],
    fields: () => leaseFields(context, header, ids, []),
    json: () => leaseJson(header, [`"leases":[${ids.map((id) => `{"id":${id}}`).join(',')}]`]),
    protobuf: leaseProtobuf(header),
  });
};
