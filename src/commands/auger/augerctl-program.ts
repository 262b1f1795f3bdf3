/** augerctl's commands. Their help is augerctl's own, word for word. */
import { GET_FLAGS, GLOBALS } from './augerctl-flags.js';
import type { AugerCommand, Program } from './program.js';
import { completion, version } from './small-commands.js';

const GET: AugerCommand = {
  name: 'get',
  short: 'Gets the resource of Kubernetes in etcd',
  usage: 'get [resource] [name] [flags]',
  examples: `
  # List a single service with namespace "default" and name "kubernetes"
  augerctl get services -n default kubernetes
  # Nearly equivalent
  kubectl get services -n default kubernetes -o yaml

  # List a single resource of type "priorityclasses" and name "system-node-critical" without namespaced
  augerctl get priorityclasses system-node-critical
  # Nearly equivalent
  kubectl get priorityclasses system-node-critical -A -o yaml

  # List all leases with namespace "kube-system"
  augerctl get leases -n kube-system
  # Nearly equivalent
  kubectl get leases -n kube-system -o yaml

  # List a single resource of type "apiservices.apiregistration.k8s.io" and name "v1.apps"
  augerctl get apiservices.apiregistration.k8s.io v1.apps
  # Nearly equivalent
  kubectl get apiservices.apiregistration.k8s.io v1.apps -o yaml

  # List all resources
  augerctl get
  # Nearly equivalent
  kubectl get $(kubectl api-resources --verbs=list --output=name | paste -s -d, - ) -A -o yaml
`,
  flags: GET_FLAGS,
  maxArgs: 2,
  run: async (...call) => (await import('./get.js')).runGet(...call),
};

export const augerctl: Program = {
  name: 'augerctl',
  about: 'A simple command line client for directly accessing data objects stored in etcd by Kubernetes.',
  commands: [completion('augerctl'), GET, version],
  globals: GLOBALS,
};
