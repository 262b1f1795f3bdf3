/** Commands over keys and their history. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const keyCommands: readonly CommandEntry[] = [
  { path: 'get', summary: 'Get a key or a range of keys', etcdctl: '3.4-', load: () => import('./get.js') },
  { path: 'put', summary: 'Put a value under a key', etcdctl: '3.4-', load: () => import('./put.js') },
  { path: 'del', summary: 'Delete a key or a range of keys', etcdctl: '3.4-', load: () => import('./del.js') },
  { path: 'compaction', summary: 'Drop the history before a revision', etcdctl: '3.4-', load: () => import('./compaction.js') },
  { path: 'ls', summary: 'List keys as a folder', load: () => import('./ls.js') },
  { path: 'tree', summary: 'Show keys as a tree', load: () => import('./tree.js') },
  { path: 'history', summary: 'Show the revisions of a key that are still there, as diffs', load: () => import('./history.js') },
  { path: 'diff', summary: 'Compare a key, a prefix or a snapshot at two revisions or in two places', load: () => import('./diff.js') },
  { path: 'make-mirror', summary: 'Copy keys to another cluster, and keep them the same', etcdctl: '3.4-', load: () => import('./make-mirror.js') },
];
