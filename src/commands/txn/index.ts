/** Transactions. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const txnCommands: readonly CommandEntry[] = [
  { path: 'txn', summary: 'Compare and write in one transaction', etcdctl: '3.4-', load: () => import('./txn.js') },
];
