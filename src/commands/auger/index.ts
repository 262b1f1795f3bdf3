/** The commands of auger and augerctl, their summaries in the tools' own words. Read at every start: a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';

const VERSION: CommandEntry = { path: 'version', summary: 'print current version', load: () => import('./version.js') };

// biome-ignore format: a line a command
export const augerCommands: readonly CommandEntry[] = [
  { path: 'analyze', summary: "Analyze kubernetes data from the boltdb '.db' files etcd persists to.", load: () => import('./analyze.js') },
  { path: 'checksum', summary: 'Checksum a etcd keyspace.', load: () => import('./checksum.js') },
  { path: 'decode', summary: 'Decode objects from the kubernetes binary key-value store encoding.', load: () => import('./decode.js') },
  { path: 'encode', summary: 'Encode objects to the kubernetes binary key-value store encoding.', load: () => import('./encode.js') },
  { path: 'extract', summary: "Extracts kubernetes data from the boltdb '.db' files etcd persists to.", load: () => import('./extract.js') },
  VERSION,
];

export const augerctlCommands: readonly CommandEntry[] = [
  { path: 'get', summary: 'Gets the resource of Kubernetes in etcd', load: () => import('./get.js') },
  VERSION,
];
