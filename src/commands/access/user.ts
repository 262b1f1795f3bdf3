/** Users: their passwords and roles. */

import type { IAuthUserGetResponse } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import { bool, type FlagsOf, string } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import type { Value } from '../../k8s-decode/value.js';
import { type Format, outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import { printRole } from '../../output/role.js';
import { type CommandContext, command } from '../command.js';
import { newPassword, passwordFlags } from './new-password.js';
import { exactly, makeChange } from './shared.js';

const addFlags = {
  ...passwordFlags,
  newUserPassword: string('the password, for all to see', { value: 'PASSWORD' }),
  noPassword: bool('a user that only shows a certificate'),
};

export const add = command(
  {
    usage: 'user add <name or name:password> [options]',
    description:
      "Adds a user. Its password is asked for, so that it stands neither in the process list nor in the shell's history.",
    examples: [
      'ketcdctl user add alice',
      'ketcdctl user add alice --new-password-file alice.pw',
      'ketcdctl user add node-1 --no-password # for the common name of a client certificate',
    ],
    flags: addFlags,
    noTimeout: 'drop-in',
  },
  async (context, args, flags) => {
    const [argument] = exactly(args, 1, 'user add command requires user name as its argument') as [string];
    const { name, password } = await newUser(context, flags, argument);
    await makeChange(context, {
      message: 'AuthUserAddResponse',
      request: ({ auth }) => auth.userAdd({ name, password, options: { no_password: flags.noPassword } }),
      done: `User ${name} created`,
    });
  },
);

async function newUser(context: CommandContext, flags: FlagsOf<typeof addFlags>, argument: string) {
  if (flags.noPassword) return { name: argument, password: '' };
  const given = flags.newUserPassword;
  if (given !== '') return { name: argument, password: given };
  const colon = argument.indexOf(':');
  if (colon < 0) return { name: argument, password: await newPassword(context, flags, argument) };
  if (colon === 0) throw badArguments('empty user name is not allowed');
  return { name: argument.slice(0, colon), password: argument.slice(colon + 1) };
}

export const remove = command(
  {
    usage: 'user delete <name>',
    description: 'Deletes a user.',
    examples: ['ketcdctl user delete alice'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    const [name] = exactly(args, 1, 'user delete command requires user name as its argument') as [string];
    await makeChange(context, {
      message: 'AuthUserDeleteResponse',
      request: ({ auth }) => auth.userDelete({ name }),
      done: `User ${name} deleted`,
    });
  },
);

export const get = command(
  {
    usage: 'user get <name> [options]',
    description: 'Shows the roles of a user.',
    examples: ['ketcdctl user get alice', 'ketcdctl user get alice --detail # what the roles permit'],
    flags: { detail: bool('show the permissions of the roles too') },
    noTimeout: 'drop-in',
  },
  async (context, args, flags) => {
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
  },
);

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

export const list = command(
  {
    usage: 'user list',
    examples: ['ketcdctl user list'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    exactly(args, 0, 'user list command requires no arguments');
    const format = outputFormat(context);
    const { auth } = await context.connect();
    const response = await auth.userList();
    await print(context, format, {
      message: 'AuthUserListResponse',
      response,
      simple: () => response.users.map((name) => `${name}\n`),
    });
  },
);

export const passwd = command(
  {
    usage: 'user passwd <name> [options]',
    description: 'Gives a user another password, which is asked for.',
    examples: [
      'ketcdctl --user root user passwd alice',
      'ketcdctl --user root user passwd alice --new-password-file alice.pw',
    ],
    flags: passwordFlags,
    noTimeout: 'drop-in',
  },
  async (context, args, flags) => {
    const [name] = exactly(args, 1, 'user passwd command requires user name as its argument') as [string];
    const password = await newPassword(context, flags, name);
    await makeChange(context, {
      message: 'AuthUserChangePasswordResponse',
      request: ({ auth }) => auth.userChangePassword({ name, password }),
      done: 'Password updated',
    });
  },
);

export const grantRole = command(
  {
    usage: 'user grant-role <user> <role>',
    description: 'Gives a user the permissions of a role.',
    examples: ['ketcdctl user grant-role alice readers'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    const [user, role] = exactly(args, 2, 'user grant command requires user name and role name as its argument') as [
      string,
      string,
    ];
    await makeChange(context, {
      message: 'AuthUserGrantRoleResponse',
      request: ({ auth }) => auth.userGrantRole({ user, role }),
      done: `Role ${role} is granted to user ${user}`,
    });
  },
);

export const revokeRole = command(
  {
    usage: 'user revoke-role <user> <role>',
    description: 'Takes the permissions of a role away from a user.',
    examples: ['ketcdctl user revoke-role alice readers'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    const [name, role] = exactly(args, 2, 'user revoke-role requires user name and role name as its argument') as [
      string,
      string,
    ];
    await makeChange(context, {
      message: 'AuthUserRevokeRoleResponse',
      request: ({ auth }) => auth.userRevokeRole({ name, role }),
      done: `Role ${role} is revoked from user ${name}`,
    });
  },
);
