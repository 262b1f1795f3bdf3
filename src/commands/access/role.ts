/** Roles: what they permit. */

import { type IPermission, Permission } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import { headerFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { print } from '../../output/response.js';
import { printRole } from '../../output/role.js';
import { OPEN_END } from '../../rpc/keys.js';
import { command } from '../command.js';
import { permissionRange, rangeFlags } from './permission-range.js';
import { exactly, makeChange } from './shared.js';

export const add = command(
  {
    usage: 'role add <name>',
    description: 'Adds a role, which has no permissions yet.',
    examples: ['ketcdctl role add readers'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    const [name] = exactly(args, 1, 'role add command requires role name as its argument') as [string];
    await makeChange(context, {
      message: 'AuthRoleAddResponse',
      request: ({ auth }) => auth.roleAdd({ name }),
      done: `Role ${name} created`,
    });
  },
);

export const remove = command(
  {
    usage: 'role delete <name>',
    description: 'Deletes a role, and takes it away from all users.',
    examples: ['ketcdctl role delete readers'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    const [role] = exactly(args, 1, 'role delete command requires role name as its argument') as [string];
    await makeChange(context, {
      message: 'AuthRoleDeleteResponse',
      request: ({ auth }) => auth.roleDelete({ role }),
      done: `Role ${role} deleted`,
    });
  },
);

export const get = command(
  {
    usage: 'role get <name>',
    description: 'Shows which keys a role may read and write.',
    examples: ['ketcdctl role get readers'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    const [role] = exactly(args, 1, 'role get command requires role name as its argument') as [string];
    const format = outputFormat(context);
    const { auth } = await context.connect();
    await printRole(context, format, role, await auth.roleGet({ role }));
  },
);

export const list = command(
  {
    usage: 'role list',
    examples: ['ketcdctl role list'],
    flags: {},
    noTimeout: 'drop-in',
  },
  async (context, args) => {
    exactly(args, 0, 'role list command requires no arguments');
    const format = outputFormat(context);
    const { auth } = await context.connect();
    const response = await auth.roleList();
    await print(context, format, {
      message: 'AuthRoleListResponse',
      response,
      simple: () => response.roles.map((name) => `${name}\n`),
      fields: () =>
        `${headerFields(context, response.header)}"Roles" :${response.roles.map((name) => ` ${goQuote(name)}`).join('')}\n`,
    });
  },
);

export const grantPermission = command(
  {
    usage: 'role grant-permission [options] <role> <read|write|readwrite> <key> [range_end]',
    description: 'Lets a role read or write a key, or the keys from <key> up to but not including <range_end>.',
    examples: [
      'ketcdctl role grant-permission readers read --prefix /registry/',
      'ketcdctl role grant-permission writers readwrite config',
    ],
    flags: rangeFlags,
    noTimeout: 'drop-in',
  },
  async (context, args, flags) => {
    const [name, type, key, end] = args;
    if (name === undefined || type === undefined || key === undefined) {
      throw badArguments(
        'role grant command requires role name, permission type, and key [endkey] as its argument',
        'the type is read, write or readwrite',
      );
    }
    const permType = TYPES[type.toUpperCase()];
    if (permType === undefined)
      throw badArguments(`invalid permission type: ${type}`, 'it is read, write or readwrite');
    // etcd3's types have the type's name here, its encoding and ours the number.
    const perm = { permType, ...permissionRange(flags, key, end) } as object as IPermission;
    await makeChange(context, {
      message: 'AuthRoleGrantPermissionResponse',
      request: ({ auth }) => auth.roleGrantPermission({ name, perm }),
      done: `Role ${name} updated`,
    });
  },
);

const TYPES: Record<string, Permission> = {
  READ: Permission.Read,
  WRITE: Permission.Write,
  READWRITE: Permission.Readwrite,
};

export const revokePermission = command(
  {
    usage: 'role revoke-permission [options] <role> <key> [range_end]',
    description: 'Takes a permission away from a role. The range has to be the very one that was granted.',
    examples: ['ketcdctl role revoke-permission readers --prefix /registry/'],
    flags: rangeFlags,
    noTimeout: 'drop-in',
  },
  async (context, args, flags) => {
    const [role, key, end] = args;
    if (role === undefined || key === undefined) {
      throw badArguments('role revoke-permission command requires role name and key [endkey] as its argument');
    }
    const range = permissionRange(flags, key, end);
    await makeChange(context, {
      message: 'AuthRoleRevokePermissionResponse',
      request: ({ auth }) => auth.roleRevokePermission({ role, ...range }),
      done: `Permission of ${rangeName(key, range.range_end)} is revoked from role ${role}`,
    });
  },
);

function rangeName(key: string, end: Buffer): string {
  if (end.length === 0) return `key ${key}`;
  return end.equals(OPEN_END) ? `range [${key}, <open ended>` : `range [${key}, ${end})`;
}
