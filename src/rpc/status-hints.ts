import type { ErrorCode } from '../base/error-codes.js';
import { Code } from './status.js';

/** What an error of the server is, and what a user can do about it, by a part of its text. */
const KNOWN: readonly (readonly [part: string, errorCode: ErrorCode, hint: string])[] = [
  ['invalid user ID or password', 'not-logged-in', 'check --user and --password; a name with a colon needs --password'],
  [
    'user name is empty',
    'not-logged-in',
    'authentication is on: give --user, or a client certificate whose common name is a user',
  ],
  [
    'permission denied',
    'permission-denied',
    'no role of this user covers these keys: `user get` and `role get` show what it may do',
  ],
  ['invalid auth token', 'not-logged-in', 'the token was refused twice: is the clock of this machine right?'],
  [
    'no leader',
    'no-leader',
    'most members are down or cut off: `doctor` tells which; --consistency s reads what one member has by itself',
  ],
  [
    'request timed out',
    'timeout',
    'the members do not agree in time: `endpoint status --cluster` tells who is down or slow',
  ],
  [
    'database space exceeded',
    'no-space',
    '`recover-space --dry-run` shows what fills it, and `recover-space` makes room: compaction, defragmentation, disarming',
  ],
  ['request is too large', 'too-large', 'etcd takes at most --max-request-bytes (1.5 MiB unless it was raised)'],
  [
    'unhealthy cluster',
    'refused',
    'etcd changes its members only when all have been connected for some seconds: `endpoint health --cluster`, then again',
  ],
  ['too many requests', 'overloaded', 'the server is overloaded: try again later'],
  ['not supported for learner', 'not-supported', 'this member is a learner: use another endpoint'],
  ['required revision has been compacted', 'compacted', 'take a newer revision, or read a snapshot that still has it'],
  [
    'required revision is a future revision',
    'refused',
    'is this endpoint behind the others, or restored from an old snapshot?',
  ],
];

export function hintForStatus(code: Code, details: string): string | undefined {
  const known = KNOWN.find(([part]) => details.includes(part));
  if (known) return known[2];
  return code === Code.Unimplemented ? 'this etcd is too old (or too new) for this command' : undefined;
}

const BY_CODE: Partial<Record<Code, ErrorCode>> = {
  [Code.DeadlineExceeded]: 'timeout',
  [Code.PermissionDenied]: 'permission-denied',
  [Code.ResourceExhausted]: 'too-large',
  [Code.Unauthenticated]: 'not-logged-in',
  [Code.Unavailable]: 'no-connection',
  [Code.Unimplemented]: 'not-supported',
};

/** The kind of failure that a status is. */
export function errorCodeOf(code: Code, details: string): ErrorCode {
  const known = KNOWN.find(([part]) => details.includes(part));
  if (known) return known[1];
  // Whoever says this could be reached.
  if (code === Code.Unavailable && details.startsWith('etcdserver: ')) return 'refused';
  return BY_CODE[code] ?? 'refused';
}
