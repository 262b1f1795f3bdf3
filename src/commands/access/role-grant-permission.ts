import { type IPermission, Permission } from 'etcd3/lib/rpc';
import { badArguments } from '../../base/errors.js';
import type { CommandSpec, Run } from '../command.js';
import { makeChange } from './auth-answer.js';
import { permissionRange, rangeFlags } from './permission-range.js';

export const spec = {
  usage: 'role grant-permission [options] <role> <read|write|readwrite> <key> [range_end]',
  description: 'Lets a role read or write a key, or the keys from <key> up to but not including <range_end>.',
  examples: [
    'ketcdctl role grant-permission readers read --prefix /registry/',
    'ketcdctl role grant-permission writers readwrite config',
  ],
  flags: rangeFlags,
  noTimeout: 'drop-in',
} satisfies CommandSpec;

const TYPES: Record<string, Permission> = {
  READ: Permission.Read,
  WRITE: Permission.Write,
  READWRITE: Permission.Readwrite,
};

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [name, type, key, end] = args;
  if (name === undefined || type === undefined || key === undefined) {
    throw badArguments(
      'role grant command requires role name, permission type, and key [endkey] as its argument',
      'the type is read, write or readwrite',
    );
  }
  const permType = TYPES[type.toUpperCase()];
  if (permType === undefined) throw badArguments(`invalid permission type: ${type}`, 'it is read, write or readwrite');
  // etcd3's types have the type's name here, its encoding and ours the number.
  const perm = { permType, ...permissionRange(flags, key, end) } as object as IPermission;
  await makeChange(context, {
    message: 'AuthRoleGrantPermissionResponse',
    request: ({ auth }) => auth.roleGrantPermission({ name, perm }),
    done: `Role ${name} updated`,
  });
};
