/** `-w fields` as etcdctl prints it: a line a field, `"Name" : value`. */
import type { IKeyValue, IResponseHeader } from 'etcd3/lib/rpc';
import { atLeast, type Context } from '../base/contract.js';
import { goQuote } from '../base/go/quote.js';
import { hexId, hexLease } from './ids.js';

/** One line. Strings are to be quoted by {@link goQuote} before. */
export function fieldLine(name: string, value: string | number | boolean): string {
  return `"${name}" : ${value}\n`;
}

/** Whether --hex has a say in `-w fields`: since 3.6. */
function hexFields(context: Context): boolean {
  return context.options.hex && atLeast(context.mode, '3.6');
}

/** A member's or a cluster's ID: decimal, or hex with --hex. */
export function idField(context: Context, id: string): string {
  return hexFields(context) ? hexId(id) : id;
}

/** A lease's ID. */
export function leaseField(context: Context, lease: string): string {
  return hexFields(context) ? hexLease(lease) : lease;
}

/** The lines of a response's header; one that is absent (within a transaction) reads as zeros. */
export function headerFields(context: Context, header: IResponseHeader | null | undefined): string {
  const { cluster_id = '0', member_id = '0', revision = '0', raft_term = '0' } = header ?? {};
  const always = !atLeast(context.mode, '3.6');
  return [
    fieldLine('ClusterID', idField(context, cluster_id)),
    fieldLine('MemberID', idField(context, member_id)),
    always || BigInt(revision) > 0n ? fieldLine('Revision', revision) : '',
    fieldLine('RaftTerm', raft_term),
  ].join('');
}

/** The lines of a key and its value; `prefix` is `Prev` for what was there before. */
export function keyValueFields(context: Context, kv: IKeyValue, prefix = ''): string {
  return [
    fieldLine(`${prefix}Key`, goQuote(kv.key)),
    fieldLine(`${prefix}CreateRevision`, kv.create_revision),
    fieldLine(`${prefix}ModRevision`, kv.mod_revision),
    fieldLine(`${prefix}Version`, kv.version),
    fieldLine(`${prefix}Value`, goQuote(kv.value)),
    fieldLine(`${prefix}Lease`, leaseField(context, kv.lease)),
  ].join('');
}
