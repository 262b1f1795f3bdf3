import type { CallFailure } from '../rpc/call-failure.js';
import type { Service } from '../rpc/callable.js';
import { Code } from '../rpc/status.js';

/**
 * The methods that change nothing, or nothing more when they are done twice: only these may be sent again after a failure that
 * leaves open whether they were done. What is not here counts as a write: a transaction, whatever is in it, a defragmentation, …
 */
const READS = new Set<string>([
  'KV/range',
  'KV/rangeStream',
  'Watch/watch',
  'Lease/leaseKeepAlive',
  'Lease/leaseTimeToLive',
  'Lease/leaseLeases',
  'Cluster/memberList',
  'Maintenance/status',
  'Maintenance/hash',
  'Maintenance/hashKV',
  'Maintenance/snapshot',
  'Auth/authStatus',
  'Auth/authenticate',
  'Auth/userGet',
  'Auth/userList',
  'Auth/roleGet',
  'Auth/roleList',
  'Election/leader',
  'Election/observe',
  'Health/check',
]);

/** @param request the alarms are listed and cleared by the same method */
export function isRead(service: Service, method: string, request: object = {}): boolean {
  const { action } = request as { action?: number | string };
  if (service === 'Maintenance' && method === 'alarm') return action === undefined || action === 0 || action === 'GET';
  return READS.has(`${service}/${method}`);
}

/** Of a call, what decides whether it may be sent again. */
export interface Repeatable {
  read: boolean;
  watch: boolean;
  /** etcdctl's rule: a write, too, is repeated when the server says that its own time for it was over. */
  asEtcdctl: boolean;
}

/** Whether the call may be sent again, as far as the failure goes. */
export function maySendAgain({ code, details, facts }: CallFailure, { read, watch, asEtcdctl }: Repeatable): boolean {
  if (!facts.sent) return true;
  // A watch goes on by itself; whoever begins one is told that it would see nothing.
  if (watch && details === 'etcdserver: no leader') return false;
  if (facts.fromServer && (code === Code.DeadlineExceeded || code === Code.Canceled)) return read || asEtcdctl;
  return read && (code === Code.Unavailable || facts.reset === true);
}

/** Whether the server wants a new login. It says so before it does anything, so any call may be sent again after it. */
export function tokenRefused(failure: CallFailure): boolean {
  if (failure.facts.fromServer !== true) return false;
  // Snapshots of 3.4 say `auth:`.
  return /^(?:etcdserver|auth): (invalid auth token|revision of auth store is old)/.test(failure.details);
}

/** Whether users or roles changed while the call was on its way: also one with a certificate for a login may be sent again. */
export function authChanged(failure: CallFailure): boolean {
  return tokenRefused(failure) && failure.details.includes('revision of auth store is old');
}
