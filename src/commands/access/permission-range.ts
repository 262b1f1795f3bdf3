/** The keys that `role grant-permission` and `role revoke-permission` are about. */

import { badArguments } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { OPEN_END, prefixEnd } from '../../rpc/keys.js';

export const rangeFlags = {
  prefix: bool('all keys that begin with the key'),
  fromKey: bool('all keys from the key on, in byte order'),
};

/**
 * A permission's range. An empty key stands for the first key of all; etcdctl then does not look at an end.
 * @throws Failure with etcdctl's texts.
 */
export function permissionRange(
  flags: { prefix: boolean; fromKey: boolean },
  key: string,
  end?: string,
): { key: Buffer; range_end: Buffer } {
  const prefix = flags.prefix;
  const fromKey = flags.fromKey;
  if (end !== undefined && key !== '') {
    if (prefix) throw badArguments('unexpected endkey argument with --prefix flag');
    if (fromKey) throw badArguments('unexpected endkey argument with --from-key flag');
    return { key: argBytes(key), range_end: argBytes(end) };
  }
  if (prefix && fromKey) throw badArguments('--from-key and --prefix flags are mutually exclusive');
  const first = argBytes(key);
  if (first.length === 0) return { key: OPEN_END, range_end: prefix || fromKey ? OPEN_END : Buffer.alloc(0) };
  return { key: first, range_end: prefix ? prefixEnd(first) : fromKey ? OPEN_END : Buffer.alloc(0) };
}
