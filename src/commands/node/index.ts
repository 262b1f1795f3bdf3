/** This node and what is configured on it. Read at every start: names and summaries alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

// biome-ignore format: a line a command
export const nodeCommands: readonly CommandEntry[] = [
  { path: 'where', summary: 'Show which etcd is found on this node, and what will be used', load: () => import('./where.js') },
  { path: 'doctor', summary: 'Tell what is wrong, the evidence, and the command that mends it', load: () => import('./doctor.js') },
  { path: 'certs', summary: 'Show every certificate, the one that ends first at the top', load: () => import('./certs.js') },
  { path: 'upgrade', summary: 'Prepare an upgrade of etcd', group: true },
  { path: 'upgrade check', summary: 'Tell what is in the way of an upgrade to 3.6 or 3.7', load: () => import('./upgrade-check.js') },
  { path: 'context', summary: 'Name clusters, and choose one', group: true },
  { path: 'context add', summary: 'Keep the given endpoints and certificates under a name', load: async () => (await import('./context.js')).add },
  { path: 'context list', summary: 'List the contexts', load: async () => (await import('./context.js')).list },
  { path: 'context use', summary: 'Make a context the current one', load: async () => (await import('./context.js')).use },
  { path: 'context show', summary: 'Show a context', load: async () => (await import('./context.js')).show },
  { path: 'context remove', summary: 'Remove a context', load: async () => (await import('./context.js')).remove },
];
