/**
 * Every command's name and one-line summary, and where its code is loaded from when it is run. This module and the rooms' index
 * files are read at every start: nothing else belongs there. What `ketcdctl help` shows is in this order.
 */
import { accessCommands } from '../commands/access/index.js';
import { clusterCommands } from '../commands/cluster/index.js';
import type { CommandEntry } from '../commands/command.js';
import { kubernetesCommands } from '../commands/k8s/index.js';
import { keyCommands } from '../commands/keys/index.js';
import { leaseCommands } from '../commands/lease/index.js';
import { nodeCommands } from '../commands/node/index.js';
import { snapshotCommands } from '../commands/snapshot/index.js';
import { txnCommands } from '../commands/txn/index.js';
import { valueCommands } from '../commands/values/index.js';
import { watchCommands } from '../commands/watch/index.js';

// biome-ignore format: a line a command
const ownCommands: readonly CommandEntry[] = [
  { path: 'v2', summary: 'The old API: etcdctl with ETCDCTL_API=2', tool: async () => (await import('../v2/main.js')).runV2 },
  { path: 'shell', summary: 'Take commands line by line over one connection', load: () => import('./commands/shell.js') },
  { path: 'completion', summary: 'Print the completion script for a shell', etcdctl: '3.4-3.4,3.6-', etcdutl: '3.6-', load: () => import('./commands/completion.js') },
  { path: 'options', summary: 'Show the global options', etcdctl: '3.7-', load: () => import('./commands/options.js') },
  { path: 'help', summary: 'Show help for a command', etcdctl: '3.4-', etcdutl: '3.5-', load: () => import('./commands/help.js') },
  { path: 'version', summary: 'Show the version', etcdctl: '3.4-', etcdutl: '3.5-', load: () => import('./commands/version.js') },
];

export const commands: readonly CommandEntry[] = [
  ...keyCommands,
  ...txnCommands,
  ...watchCommands,
  ...kubernetesCommands,
  ...valueCommands,
  ...leaseCommands,
  ...clusterCommands,
  ...nodeCommands,
  ...snapshotCommands,
  ...accessCommands,
  ...ownCommands,
];

/** What auger and augerctl have of the command line's own. */
export const augerOwnCommands: readonly CommandEntry[] = [
  {
    path: 'completion',
    summary: 'Generate the autocompletion script for the specified shell',
    description: (tool) =>
      `Generate the autocompletion script for ${tool} for the specified shell.\nSee each sub-command's help for details on how to use the generated script.`,
    group: true,
  },
  ...['bash', 'fish', 'powershell', 'zsh'].map((shell) => ({
    path: `completion ${shell}`,
    summary: `Generate the autocompletion script for ${shell}`,
    load: async () => (await import('./commands/completion.js')).scriptFor(shell),
  })),
  { path: 'help', summary: 'Help about any command', load: () => import('./commands/help.js') },
];
