/** How a role and its permissions are printed. */

import { type IAuthRoleGetResponse, type IPermission, Permission } from 'etcd3/lib/rpc';
import { isDropIn } from '../base/contract.js';
import { goQuote } from '../base/go/quote.js';
import { OPEN_END, prefixEnd } from '../rpc/keys.js';
import { nameOf, PERMISSION_NAMES } from '../rpc/names.js';
import { visible } from './bytes.js';
import type { Context } from './context.js';
import { fieldLine, headerFields } from './fields.js';
import type { Format } from './format.js';
import { print } from './response.js';

/** Prints what a role may read and what it may write. */
export async function printRole(
  context: Context,
  format: Format,
  role: string,
  response: IAuthRoleGetResponse,
): Promise<void> {
  await print(context, format, {
    message: 'AuthRoleGetResponse',
    response,
    simple: () => [
      `Role ${role}\nKV Read:\n`,
      ...rangeLines(context, response.perm, Permission.Write),
      'KV Write:\n',
      ...rangeLines(context, response.perm, Permission.Read),
    ],
    fields: () => headerFields(context, response.header) + response.perm.map(permissionFields).join(''),
  });
}

/** A line for each permission other than those of one kind. */
function rangeLines(context: Context, permissions: IPermission[], but: Permission): (string | Buffer)[] {
  const show = !isDropIn(context.mode) && context.stdout.isTTY ? visible : (key: Buffer) => key;
  return permissions
    .filter(({ permType }) => Number(permType) !== but)
    .flatMap(({ key, range_end: end }) => ['\t', ...rangeText(key, end, show), '\n']);
}

/** `key`, `[a, b)` or `[a, <open ended>`, with the prefix where the range is one. */
function rangeText(key: Buffer, end: Buffer, show: (bytes: Buffer) => string | Buffer): (string | Buffer)[] {
  if (end.length === 0) return [show(key)];
  const range = end.equals(OPEN_END) ? ['[', show(key), ', <open ended>'] : ['[', show(key), ', ', show(end), ')'];
  const isPrefix = key.length > 0 && prefixEnd(key).equals(end);
  return isPrefix ? [...range, ' (prefix ', show(key), ')'] : range;
}

function permissionFields({ permType, key, range_end }: IPermission): string {
  // etcdctl has two blanks before the type.
  return (
    fieldLine('PermType', ` ${nameOf(PERMISSION_NAMES, permType)}`) +
    fieldLine('Key', goQuote(key)) +
    fieldLine('RangeEnd', goQuote(range_end))
  );
}
