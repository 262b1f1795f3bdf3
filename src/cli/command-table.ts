/**
 * Every command's name and one-line summary, and where its code is loaded from when it is run. This module is read at every
 * start: nothing else belongs here. What `ketcdctl help` shows is in this order.
 */
import type { CommandModule, Flag, Io, Mode } from '../base/contract.js';

export interface CommandEntry {
  /** The words that call it: `get`, `member add`. */
  path: string;
  summary: string;
  /** The versions of etcdctl that have it, `3.4-`, `3.4-3.5` or `3.4-3.4,3.6-`; without this and `etcdutl` it is ketcdctl's own. */
  etcdctl?: string;
  /** The same for etcdutl. */
  etcdutl?: string;
  aliases?: readonly string[];
  /** Has sub-commands and does nothing itself. */
  group?: true;
  hidden?: true;
  /** Flags of a group, which all its commands have too. */
  flags?: readonly Flag[];
  /** Missing where the command is not written: own mode does not know it then, drop-in mode says so when it is run. */
  load?: () => Promise<CommandModule>;
  /** In place of `load`: a tool of its own, which gets the rest of the command line as it is and gives the exit code. */
  tool?: () => Promise<RunTool>;
}

/** A whole tool with a command line of its own: etcdctl's old API, auger. */
export type RunTool = (argv: string[], env: NodeJS.ProcessEnv, io: Io, mode?: Mode) => Promise<number>;

/** The command lines of auger and augerctl, for drop-in mode. */
export const augerTools: Record<'auger' | 'augerctl', () => Promise<RunTool>> = {
  auger: async () => (await import('../commands/auger/main.js')).runAuger,
  augerctl: async () => (await import('../commands/auger/main.js')).runAugerctl,
};

const REGISTRY_PREFIX: Flag = {
  name: 'registry-prefix',
  type: 'string',
  value: 'PREFIX',
  help: "where Kubernetes' keys stand: the API server's --etcd-prefix (default: /registry, or where a cluster is found)",
};
const CLUSTER: Flag = { name: 'cluster', type: 'bool', help: 'ask all members of the cluster', env: true };

// biome-ignore format: a line a command
export const commands: readonly CommandEntry[] = [
  { path: 'get', summary: 'Get a key or a range of keys', etcdctl: '3.4-', load: () => import('../commands/keys/get.js') },
  { path: 'put', summary: 'Put a value under a key', etcdctl: '3.4-', load: () => import('../commands/keys/put.js') },
  { path: 'del', summary: 'Delete a key or a range of keys', etcdctl: '3.4-', load: () => import('../commands/keys/del.js') },
  { path: 'txn', summary: 'Compare and write in one transaction', etcdctl: '3.4-', load: () => import('../commands/txn/txn.js') },
  { path: 'watch', summary: 'Watch keys as they change', etcdctl: '3.4-', load: () => import('../commands/watch/watch.js') },
  { path: 'compaction', summary: 'Drop the history before a revision', etcdctl: '3.4-', load: () => import('../commands/keys/compaction.js') },
  { path: 'ls', summary: 'List keys as a folder', load: () => import('../commands/keys/ls.js') },
  { path: 'tree', summary: 'Show keys as a tree', load: () => import('../commands/keys/tree.js') },
  { path: 'history', summary: 'Show the revisions of a key that are still there, as diffs', load: () => import('../commands/keys/history.js') },
  { path: 'diff', summary: 'Compare a key, a prefix or a snapshot at two revisions or in two places', load: () => import('../commands/keys/diff.js') },

  { path: 'k8s', summary: 'Read and mend a Kubernetes cluster without its API server', group: true, flags: [REGISTRY_PREFIX] },
  { path: 'k8s get', summary: 'Show objects as kubectl would', load: () => import('../commands/k8s/get.js') },
  { path: 'k8s kinds', summary: 'Count the stored objects by kind and version', load: () => import('../commands/k8s/kinds.js') },
  { path: 'k8s du', summary: 'Show who fills etcd', load: () => import('../commands/k8s/du.js') },
  { path: 'k8s history', summary: 'Show the revisions of an object that are still there, as diffs', load: () => import('../commands/k8s/history.js') },
  { path: 'k8s watch', summary: 'Watch objects as they change', load: () => import('../commands/k8s/watch.js') },
  { path: 'k8s edit', summary: 'Edit a stored object', load: () => import('../commands/k8s/edit.js') },
  { path: 'k8s apply', summary: 'Write objects from a file', load: () => import('../commands/k8s/apply.js') },
  { path: 'k8s delete', summary: 'Delete a stored object', load: () => import('../commands/k8s/delete.js') },
  { path: 'k8s export', summary: 'Write objects as clean manifests', load: () => import('../commands/k8s/export.js') },
  { path: 'k8s restore', summary: 'Bring objects back out of a snapshot', load: () => import('../commands/k8s/restore.js') },
  { path: 'k8s verify', summary: 'Check that every stored object is sound', load: () => import('../commands/k8s/verify.js') },
  { path: 'k8s encryption', summary: 'Show which objects are encrypted, and how', load: () => import('../commands/k8s/encryption.js') },
  { path: 'k8s ranges', summary: 'Show the service IPs and node ports that are taken', load: () => import('../commands/k8s/ranges.js') },
  { path: 'decode', summary: 'Decode stored Kubernetes values', load: () => import('../commands/values/decode.js') },
  { path: 'encode', summary: 'Encode Kubernetes objects as they are stored', load: () => import('../commands/values/encode.js') },
  { path: 'extract', summary: 'Extract Kubernetes objects from a database file', load: () => import('../commands/values/extract.js') },
  { path: 'analyze', summary: 'Show what fills a database file', load: () => import('../commands/values/analyze.js') },
  { path: 'checksum', summary: 'Checksum the Kubernetes keys of a database file', load: () => import('../commands/values/checksum.js') },

  { path: 'lease', summary: 'Manage leases', etcdctl: '3.4-', group: true },
  { path: 'lease grant', summary: 'Create a lease', etcdctl: '3.4-', load: () => import('../commands/lease/grant.js') },
  { path: 'lease revoke', summary: 'Revoke a lease and delete its keys', etcdctl: '3.4-', load: () => import('../commands/lease/revoke.js') },
  { path: 'lease timetolive', summary: 'Show how long a lease still lives', etcdctl: '3.4-', load: () => import('../commands/lease/timetolive.js') },
  { path: 'lease list', summary: 'List the active leases', etcdctl: '3.4-', load: () => import('../commands/lease/list.js') },
  { path: 'lease keep-alive', summary: 'Renew a lease until interrupted', etcdctl: '3.4-', load: () => import('../commands/lease/keep-alive.js') },
  { path: 'lock', summary: 'Hold a named lock', etcdctl: '3.4-', load: () => import('../commands/lease/lock.js') },
  { path: 'elect', summary: 'Observe or take part in a leader election', etcdctl: '3.4-', load: () => import('../commands/lease/elect.js') },
  { path: 'make-mirror', summary: 'Copy keys to another cluster, and keep them the same', etcdctl: '3.4-', load: () => import('../commands/keys/make-mirror.js') },

  { path: 'member', summary: 'Manage the members of the cluster', etcdctl: '3.4-', group: true },
  { path: 'member list', summary: 'List the members', etcdctl: '3.4-', load: () => import('../commands/cluster/member-list.js') },
  { path: 'member add', summary: 'Add a member', etcdctl: '3.4-', load: () => import('../commands/cluster/member-add.js') },
  { path: 'member remove', summary: 'Remove a member', etcdctl: '3.4-', load: () => import('../commands/cluster/member-remove.js') },
  { path: 'member update', summary: 'Change the peer URLs of a member', etcdctl: '3.4-', load: () => import('../commands/cluster/member-update.js') },
  { path: 'member promote', summary: 'Make a learner a voting member', etcdctl: '3.4-', load: () => import('../commands/cluster/member-promote.js') },
  { path: 'endpoint', summary: 'Ask each endpoint for itself', etcdctl: '3.4-', group: true, flags: [CLUSTER] },
  { path: 'endpoint health', summary: 'Check whether the endpoints are healthy', etcdctl: '3.4-', load: () => import('../commands/cluster/endpoint-health.js') },
  { path: 'endpoint status', summary: 'Show the status of the endpoints', etcdctl: '3.4-', load: () => import('../commands/cluster/endpoint-status.js') },
  { path: 'endpoint hashkv', summary: 'Show the hash of the history of each endpoint', etcdctl: '3.4-', load: () => import('../commands/cluster/endpoint-hashkv.js') },
  { path: 'alarm', summary: 'Show and clear alarms', etcdctl: '3.4-', group: true },
  { path: 'alarm list', summary: 'List the alarms', etcdctl: '3.4-', load: () => import('../commands/cluster/alarm-list.js') },
  { path: 'alarm disarm', summary: 'Clear all alarms', etcdctl: '3.4-', load: () => import('../commands/cluster/alarm-disarm.js') },
  { path: 'defrag', summary: 'Give the free space of a database back', etcdctl: '3.4-', etcdutl: '3.5-', load: () => import('../commands/cluster/defrag.js') },
  { path: 'move-leader', summary: 'Hand the leadership to another member', etcdctl: '3.4-', load: () => import('../commands/cluster/move-leader.js') },
  { path: 'downgrade', summary: 'Prepare the cluster for an older version', etcdctl: '3.6-', group: true },
  { path: 'downgrade validate', summary: 'Check whether the cluster can be downgraded', etcdctl: '3.6-', load: () => import('../commands/cluster/downgrade-validate.js') },
  { path: 'downgrade enable', summary: 'Begin a downgrade', etcdctl: '3.6-', load: () => import('../commands/cluster/downgrade-enable.js') },
  { path: 'downgrade cancel', summary: 'Cancel a downgrade', etcdctl: '3.6-', load: () => import('../commands/cluster/downgrade-cancel.js') },

  { path: 'snapshot', summary: 'Save, inspect and restore snapshots', etcdctl: '3.4-', etcdutl: '3.5-', group: true },
  { path: 'snapshot save', summary: 'Save a snapshot of one endpoint to a file', etcdctl: '3.4-',
    etcdutl: '3.5-3.5', load: () => import('../commands/snapshot/save.js') },
  { path: 'snapshot status', summary: 'Show what a snapshot file holds', etcdctl: '3.4-3.5', etcdutl: '3.5-', load: () => import('../commands/snapshot/status.js') },
  { path: 'snapshot restore', summary: 'Make a data directory of a snapshot', etcdctl: '3.4-3.5', etcdutl: '3.5-', load: () => import('../commands/snapshot/restore.js') },
  { path: 'snapshot verify', summary: 'Check a snapshot file from end to end', load: () => import('../commands/snapshot/verify.js') },
  { path: 'snapshot ls', summary: 'List the keys of a snapshot file', load: () => import('../commands/snapshot/ls.js') },
  { path: 'snapshot diff', summary: 'Compare two snapshot files', load: () => import('../commands/snapshot/diff.js') },
  { path: 'snapshot stats', summary: 'Show live, dead and free space of a snapshot file', load: () => import('../commands/snapshot/stats.js') },
  { path: 'snapshot compact', summary: 'Write a smaller file without the history before a revision', load: () => import('../commands/snapshot/compact.js') },
  { path: 'hashkv', summary: 'Show the hash of the history in a database file', etcdutl: '3.6-', load: () => import('../commands/snapshot/hashkv.js') },
  { path: 'migrate', summary: 'Change the storage version of a data directory', etcdutl: '3.6-', load: () => import('../commands/snapshot/migrate.js') },
  { path: 'migrate', summary: 'Copy the keys of a v2 store into a data directory', etcdctl: '3.4-3.4' },
  { path: 'backup', summary: 'Copy a data directory as a new cluster', etcdutl: '3.5-3.5', load: () => import('../commands/snapshot/backup.js') },

  { path: 'auth', summary: 'Switch authentication on and off', etcdctl: '3.4-', group: true },
  { path: 'auth enable', summary: 'Switch authentication on', etcdctl: '3.4-', load: () => import('../commands/access/auth-enable.js') },
  { path: 'auth disable', summary: 'Switch authentication off', etcdctl: '3.4-', load: () => import('../commands/access/auth-disable.js') },
  { path: 'auth status', summary: 'Show whether authentication is on', etcdctl: '3.5-', load: () => import('../commands/access/auth-status.js') },
  { path: 'user', summary: 'Manage users', etcdctl: '3.4-', group: true },
  { path: 'user add', summary: 'Add a user', etcdctl: '3.4-', load: () => import('../commands/access/user-add.js') },
  { path: 'user delete', summary: 'Delete a user', etcdctl: '3.4-', load: () => import('../commands/access/user-delete.js') },
  { path: 'user get', summary: 'Show a user', etcdctl: '3.4-', load: () => import('../commands/access/user-get.js') },
  { path: 'user list', summary: 'List the users', etcdctl: '3.4-', load: () => import('../commands/access/user-list.js') },
  { path: 'user passwd', summary: "Change a user's password", etcdctl: '3.4-', load: () => import('../commands/access/user-passwd.js') },
  { path: 'user grant-role', summary: 'Grant a role to a user', etcdctl: '3.4-', load: () => import('../commands/access/user-grant-role.js') },
  { path: 'user revoke-role', summary: 'Revoke a role from a user', etcdctl: '3.4-', load: () => import('../commands/access/user-revoke-role.js') },
  { path: 'role', summary: 'Manage roles', etcdctl: '3.4-', group: true },
  { path: 'role add', summary: 'Add a role', etcdctl: '3.4-', load: () => import('../commands/access/role-add.js') },
  { path: 'role delete', summary: 'Delete a role', etcdctl: '3.4-', load: () => import('../commands/access/role-delete.js') },
  { path: 'role get', summary: 'Show a role', etcdctl: '3.4-', load: () => import('../commands/access/role-get.js') },
  { path: 'role list', summary: 'List the roles', etcdctl: '3.4-', load: () => import('../commands/access/role-list.js') },
  { path: 'role grant-permission', summary: 'Grant a permission on keys to a role', etcdctl: '3.4-', load: () => import('../commands/access/role-grant-permission.js') },
  { path: 'role revoke-permission', summary: 'Revoke a permission on keys from a role', etcdctl: '3.4-', load: () => import('../commands/access/role-revoke-permission.js') },

  { path: 'check', summary: 'Check the cluster', etcdctl: '3.4-', group: true },
  { path: 'check perf', summary: 'Measure whether the cluster is fast enough', etcdctl: '3.4-', load: () => import('../commands/cluster/check-perf.js') },
  { path: 'check datascale', summary: 'Measure the memory that a work load takes', etcdctl: '3.4-', load: () => import('../commands/cluster/check-datascale.js') },
  { path: 'check consistency', summary: 'Compare all members at one common revision', load: () => import('../commands/cluster/check-consistency.js') },
  { path: 'v2', summary: 'The old API: etcdctl with ETCDCTL_API=2', tool: async () => (await import('../v2/main.js')).runV2 },
  { path: 'completion', summary: 'Print the completion script for a shell', etcdctl: '3.4-3.4,3.6-', etcdutl: '3.6-', load: () => import('./commands/completion.js') },
  { path: 'options', summary: 'Show the global options', etcdctl: '3.7-', load: () => import('./commands/options.js') },
  { path: 'help', summary: 'Show help for a command', etcdctl: '3.4-', etcdutl: '3.5-', load: () => import('./commands/help.js') },
  { path: 'version', summary: 'Show the version', etcdctl: '3.4-', etcdutl: '3.5-', load: () => import('./commands/version.js') },
];

/** Whether there is code for it, or for one of its sub-commands. */
export function isBuilt(entry: CommandEntry): boolean {
  if (entry.group) return commands.some((each) => each.path.startsWith(`${entry.path} `) && isBuilt(each));
  return entry.load !== undefined || entry.tool !== undefined;
}
