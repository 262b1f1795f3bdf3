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

export function isRead(service: Service, method: string): boolean {
  return READS.has(`${service}/${method}`);
}

/** Whether the call may be sent again, as far as the failure goes. */
export function maySendAgain(failure: CallFailure, read: boolean): boolean {
  if (!failure.facts.sent) return true;
  return read && (failure.code === Code.Unavailable || failure.facts.reset === true);
}

/** Whether the server wants a new login. It says so before it does anything, so any call may be sent again after it. */
export function tokenRefused(failure: CallFailure): boolean {
  if (failure.facts.fromServer !== true) return false;
  // Snapshots of 3.4 say `auth:`.
  return /^(?:etcdserver|auth): (invalid auth token|revision of auth store is old)/.test(failure.details);
}
