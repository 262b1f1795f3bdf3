import { Code } from './status.js';

/** What a user can do about an error of the server, by a part of its text. */
const HINTS: readonly (readonly [part: string, hint: string])[] = [
  ['invalid user ID or password', 'check --user and --password; a name with a colon needs --password'],
  ['user name is empty', 'authentication is on: give --user, or a client certificate whose common name is a user'],
  ['permission denied', 'no role of this user covers these keys: `user get` and `role get` show what it may do'],
  ['invalid auth token', 'the token was refused twice: is the clock of this machine right?'],
  [
    'no leader',
    'most members are down or cut off: ask each by `endpoint status`; `get --consistency=s` reads one alone',
  ],
  ['request timed out', 'the members do not agree in time: `endpoint status --cluster` tells who is down or slow'],
  ['database space exceeded', '`compaction`, `defrag`, then `alarm disarm`; `endpoint status` shows the size'],
  ['request is too large', 'etcd takes at most --max-request-bytes (1.5 MiB unless it was raised)'],
  ['too many requests', 'the server is overloaded: try again later'],
  ['not supported for learner', 'this member is a learner: use another endpoint'],
  ['required revision has been compacted', 'take a newer revision, or read a snapshot that still has it'],
  ['required revision is a future revision', 'is this endpoint behind the others, or restored from an old snapshot?'],
];

export function hintForStatus(code: Code, details: string): string | undefined {
  const known = HINTS.find(([part]) => details.includes(part));
  if (known) return known[1];
  return code === Code.Unimplemented ? 'this etcd is too old (or too new) for this command' : undefined;
}
