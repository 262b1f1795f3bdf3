/** Commands over the objects of a Kubernetes cluster. Read at every start: names, summaries and versions alone; a command's code is loaded when it is run. */
import type { CommandEntry } from '../command.js';
import { K8S_FLAGS } from './group-flags.js';

// biome-ignore format: a line a command
export const kubernetesCommands: readonly CommandEntry[] = [
  { path: 'k8s', summary: 'Read and mend a Kubernetes cluster without its API server', group: true, flags: K8S_FLAGS },
  { path: 'k8s get', summary: 'Show objects as kubectl would', load: () => import('./get.js') },
  { path: 'k8s kinds', summary: 'Count the stored objects by kind and version', load: () => import('./kinds.js') },
  { path: 'k8s du', summary: 'Show who fills etcd', load: () => import('./du.js') },
  { path: 'k8s top', summary: 'Show who writes to etcd now', load: () => import('./top.js') },
  { path: 'k8s events', summary: 'Show events in the order of their times', load: () => import('./events.js') },
  { path: 'k8s history', summary: 'Show the revisions of an object that are still there, as diffs', load: () => import('./history.js') },
  { path: 'k8s watch', summary: 'Watch objects as they change', load: () => import('./watch.js') },
  { path: 'k8s edit', summary: 'Edit a stored object', load: () => import('./edit.js') },
  { path: 'k8s apply', summary: 'Write objects from a file', load: () => import('./apply.js') },
  { path: 'k8s delete', summary: 'Delete a stored object', load: () => import('./delete.js') },
  { path: 'k8s export', summary: 'Write objects as clean manifests', load: () => import('./export.js') },
  { path: 'k8s restore', summary: 'Bring objects back, out of a snapshot or of history', load: () => import('./restore.js') },
  { path: 'k8s revert', summary: 'Take the last change of an object back', load: () => import('./revert.js') },
  { path: 'k8s serve', summary: 'Serve a read-only Kubernetes API over etcd or a snapshot, for kubectl, Helm and other clients', load: () => import('./serve.js') },
  { path: 'k8s shell', summary: 'Open a shell in which kubectl reads etcd or a snapshot', load: () => import('./shell.js') },
  { path: 'k8s verify', summary: 'Check that every stored object is sound', load: () => import('./verify.js') },
  { path: 'k8s rescue', summary: 'Mend one value that the API server cannot read', load: () => import('./rescue.js') },
  { path: 'k8s orphans', summary: 'List what has lost its definition, namespace or owner, and what holds up a namespace', load: () => import('./orphans.js') },
  { path: 'k8s stored-versions', summary: 'Show in which versions objects are stored, and what blocks an upgrade', load: () => import('./stored-versions.js') },
  { path: 'k8s encryption', summary: 'Show which objects are encrypted, and how', load: () => import('./encryption.js') },
  { path: 'k8s encryption rewrite', summary: 'Write values anew under the first key', load: () => import('./encryption-rewrite.js') },
  { path: 'k8s ranges', summary: 'Show the service IPs and node ports that are taken', load: () => import('./ranges.js') },
];
