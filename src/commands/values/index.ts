/** Commands over stored Kubernetes values, from files or standard input. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const valueCommands: readonly CommandEntry[] = [
  { path: 'decode', summary: 'Decode stored Kubernetes values', load: () => import('./decode.js') },
  { path: 'encode', summary: 'Encode Kubernetes objects as they are stored', load: () => import('./encode.js') },
  { path: 'extract', summary: 'Extract Kubernetes objects from a database file', load: () => import('./extract.js') },
  { path: 'analyze', summary: 'Show what fills a database file', load: () => import('./analyze.js') },
  { path: 'checksum', summary: 'Checksum the Kubernetes keys of a database file', load: () => import('./checksum.js') },
];
