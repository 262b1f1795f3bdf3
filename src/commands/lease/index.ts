/** Leases, and what is built on them: locks and elections. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const leaseCommands: readonly CommandEntry[] = [
  { path: 'lease', summary: 'Manage leases', etcdctl: '3.4-', group: true },
  { path: 'lease grant', summary: 'Create a lease', etcdctl: '3.4-', load: () => import('./grant.js') },
  { path: 'lease revoke', summary: 'Revoke a lease and delete its keys', etcdctl: '3.4-', load: () => import('./revoke.js') },
  { path: 'lease timetolive', summary: 'Show how long a lease still lives', etcdctl: '3.4-', load: () => import('./timetolive.js') },
  { path: 'lease list', summary: 'List the active leases', etcdctl: '3.4-', load: () => import('./list.js') },
  { path: 'lease keep-alive', summary: 'Renew a lease until interrupted', etcdctl: '3.4-', load: () => import('./keep-alive.js') },
  { path: 'lock', summary: 'Hold a named lock', etcdctl: '3.4-', load: () => import('./lock.js') },
  { path: 'elect', summary: 'Observe or take part in a leader election', etcdctl: '3.4-', load: () => import('./elect.js') },
];
