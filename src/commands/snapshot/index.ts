/** Snapshot files and data directories. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const snapshotCommands: readonly CommandEntry[] = [
  { path: 'snapshot', summary: 'Save, inspect and restore snapshots', etcdctl: '3.4-', etcdutl: '3.5-', group: true },
  { path: 'snapshot save', summary: 'Save a snapshot of one endpoint to a file', etcdctl: '3.4-', etcdutl: '3.5-3.5', load: () => import('./save.js') },
  { path: 'snapshot status', summary: 'Show what a snapshot file holds', etcdctl: '3.4-3.5', etcdutl: '3.5-', load: () => import('./status.js') },
  { path: 'snapshot restore', summary: 'Make a data directory of a snapshot', etcdctl: '3.4-3.5', etcdutl: '3.5-', load: () => import('./restore.js') },
  { path: 'snapshot verify', summary: 'Check a snapshot file from end to end', load: () => import('./verify.js') },
  { path: 'snapshot ls', summary: 'List the keys of a snapshot file', load: () => import('./ls.js') },
  { path: 'snapshot diff', summary: 'Compare two snapshot files', load: () => import('./diff.js') },
  { path: 'snapshot stats', summary: 'Show live, dead and free space of a snapshot file', load: () => import('./stats.js') },
  { path: 'snapshot compact', summary: 'Write a smaller file without the history before a revision', load: () => import('./compact.js') },
  { path: 'snapshot redact', summary: 'Write a copy without what is secret, to be given away', load: () => import('./redact.js') },
  { path: 'hashkv', summary: 'Show the hash of the history in a database file', etcdutl: '3.6-', load: () => import('./hashkv.js') },
  { path: 'migrate', summary: 'Change the storage version of a data directory', etcdutl: '3.6-', load: () => import('./migrate.js') },
  { path: 'backup', summary: 'Copy a data directory as a new cluster', etcdutl: '3.5-3.5', load: () => import('./backup.js') },
  { path: 'check v2store', summary: 'Check custom content in v2store', etcdutl: '3.5-3.5', load: () => import('./check-v2store.js') },
];
