/** Members, endpoints and their maintenance. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';
import { ENDPOINT_FLAGS } from './endpoint-flags.js';

// biome-ignore format: a line a command
export const clusterCommands: readonly CommandEntry[] = [
  { path: 'member', summary: 'Manage the members of the cluster', etcdctl: '3.4-', group: true },
  { path: 'member list', summary: 'List the members', etcdctl: '3.4-', load: () => import('./member-list.js') },
  { path: 'member add', summary: 'Add a member', etcdctl: '3.4-', load: () => import('./member-add.js') },
  { path: 'member remove', summary: 'Remove a member', etcdctl: '3.4-', load: async () => (await import('./member-change.js')).remove },
  { path: 'member replace', summary: 'Put a new member in the place of another one', load: () => import('./member-replace.js') },
  { path: 'member update', summary: 'Change the peer URLs of a member', etcdctl: '3.4-', load: async () => (await import('./member-change.js')).update },
  { path: 'member promote', summary: 'Make a learner a voting member', etcdctl: '3.4-', load: async () => (await import('./member-change.js')).promote },
  { path: 'endpoint', summary: 'Ask each endpoint for itself', etcdctl: '3.4-', group: true, flags: ENDPOINT_FLAGS },
  { path: 'endpoint health', summary: 'Check whether the endpoints are healthy', etcdctl: '3.4-', load: () => import('./endpoint-health.js') },
  { path: 'endpoint status', summary: 'Show the status of the endpoints', etcdctl: '3.4-', load: () => import('./endpoint-status.js') },
  { path: 'endpoint hashkv', summary: 'Show the hash of the history of each endpoint', etcdctl: '3.4-', load: () => import('./endpoint-hashkv.js') },
  { path: 'alarm', summary: 'Show and clear alarms', etcdctl: '3.4-', group: true },
  { path: 'alarm list', summary: 'List the alarms', etcdctl: '3.4-', load: async () => (await import('./alarm.js')).list },
  { path: 'alarm disarm', summary: 'Clear all alarms', etcdctl: '3.4-', load: async () => (await import('./alarm.js')).disarm },
  { path: 'defrag', summary: 'Give the free space of a database back', etcdctl: '3.4-', etcdutl: '3.5-', load: () => import('./defrag.js') },
  { path: 'recover', summary: 'The way back when the quorum is lost: which data is the newest, and the steps', load: () => import('./recover.js') },
  { path: 'recover-space', summary: 'Give space back to a cluster that is full', load: () => import('./recover-space.js') },
  { path: 'move-leader', summary: 'Hand the leadership to another member', etcdctl: '3.4-', load: () => import('./move-leader.js') },
  { path: 'downgrade', summary: 'Prepare the cluster for an older version', etcdctl: '3.6-', group: true },
  { path: 'downgrade validate', summary: 'Check whether the cluster can be downgraded', etcdctl: '3.6-', load: async () => (await import('./downgrade.js')).validate },
  { path: 'downgrade enable', summary: 'Begin a downgrade', etcdctl: '3.6-', load: async () => (await import('./downgrade.js')).enable },
  { path: 'downgrade cancel', summary: 'Cancel a downgrade', etcdctl: '3.6-', load: async () => (await import('./downgrade.js')).cancel },
  { path: 'check', summary: 'Check the cluster', etcdctl: '3.4-', etcdutl: '3.5-3.5', group: true },
  { path: 'check perf', summary: 'Measure whether the cluster is fast enough', etcdctl: '3.4-', load: () => import('./check-perf.js') },
  { path: 'check datascale', summary: 'Measure the memory that a work load takes', etcdctl: '3.4-', load: () => import('./check-datascale.js') },
  { path: 'check consistency', summary: 'Compare all members at one common revision', load: () => import('./check-consistency.js') },
];
