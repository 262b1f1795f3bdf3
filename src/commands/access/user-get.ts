import type { IAuthUserGetResponse } from 'etcd3/lib/rpc';
import { bool } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import type { Value } from '../../k8s-decode/value.js';
import { type Format, outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import { printRole } from '../../output/role.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { exactly } from './auth-answer.js';

export const spec = {
  usage: 'user get <name> [options]',
  description: 'Shows the roles of a user.',
  examples: ['ketcdctl user get alice', 'ketcdctl user get alice --detail # what the roles permit'],
  flags: { detail: bool('show the permissions of the roles too') },
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [name] = exactly(args, 1, 'user get command requires user name as its argument') as [string];
  const format = outputFormat(context);
  const client = await context.connect();
  const response = await client.auth.userGet({ name });
  if (!flags.detail) {
    await print(context, format, {
      message: 'AuthUserGetResponse',
      response,
      simple: () => [`User: ${name}\nRoles:${response.roles.map((role) => ` ${role}`).join('')}\n`],
    });
  } else if (format === 'yaml' || format === 'jsonl') await printDocument(context, format, client, name, response);
  else await printDetail(context, format, client, name, response);
};

/** As etcdctl: the user as text in every format, then each role in the one that was asked for. */
async function printDetail(
  context: CommandContext,
  format: Format,
  client: EtcdClient,
  name: string,
  { roles }: IAuthUserGetResponse,
): Promise<void> {
  await context.stdout.write(`User: ${name}\n`);
  for (const role of roles) {
    await context.stdout.write('\n');
    await printRole(context, format, role, await client.auth.roleGet({ role }));
  }
}

/** One document: the user with its roles, and these with their permissions. */
async function printDocument(
  context: CommandContext,
  format: 'yaml' | 'jsonl',
  client: EtcdClient,
  name: string,
  { roles }: IAuthUserGetResponse,
): Promise<void> {
  const { readableMessage, writeReadable } = await import('../../output/readable.js');
  const detailed: Value[] = [];
  for (const role of roles) {
    const fields = await readableMessage(context, 'AuthRoleGetResponse', await client.auth.roleGet({ role }));
    detailed.push(
      new Map<string, Value>([
        ['name', role],
        ['perm', fields.get('perm') ?? []],
      ]),
    );
  }
  await context.stdout.write(
    writeReadable(
      format,
      new Map<string, Value>([
        ['user', name],
        ['roles', detailed],
      ]),
    ),
  );
}
