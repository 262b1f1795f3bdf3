/** Watches. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const watchCommands: readonly CommandEntry[] = [
  { path: 'watch', summary: 'Watch keys as they change', etcdctl: '3.4-', load: () => import('./watch.js') },
];
