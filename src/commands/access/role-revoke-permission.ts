import { badArguments } from '../../base/errors.js';
import { OPEN_END } from '../../etcd/keys.js';
import type { CommandSpec, Run } from '../command.js';
import { makeChange } from './auth-answer.js';
import { permissionRange, rangeFlags } from './permission-range.js';

export const spec = {
  usage: 'role revoke-permission [options] <role> <key> [range_end]',
  description: 'Takes a permission away from a role. The range has to be the very one that was granted.',
  examples: ['ketcdctl role revoke-permission readers --prefix /registry/'],
  flags: rangeFlags,
  noTimeout: 'drop-in',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
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
};

function rangeName(key: string, end: Buffer): string {
  if (end.length === 0) return `key ${key}`;
  return end.equals(OPEN_END) ? `range [${key}, <open ended>` : `range [${key}, ${end})`;
}
