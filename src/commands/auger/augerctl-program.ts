/** augerctl's commands. Their help is augerctl's own, word for word. */
import type { Flag } from '../../base/contract.js';
import type { AugerCommand, Program } from './program.js';
import { completion, version } from './small-commands.js';

const GLOBALS: readonly Flag[] = [
  {
    name: 'endpoints',
    type: 'strings',
    default: '127.0.0.1:2379',
    help: 'gRPC endpoints of etcd cluster; falls back to ETCDCTL_ENDPOINTS or 127.0.0.1:2379',
  },
  {
    name: 'cacert',
    type: 'string',
    help: 'path to the etcd client TLS CA cert file; falls back to ETCDCTL_CACERT',
  },
  { name: 'cert', type: 'string', help: 'path to the etcd client TLS cert file; falls back to ETCDCTL_CERT' },
  { name: 'key', type: 'string', help: 'path to the etcd client TLS key file; falls back to ETCDCTL_KEY' },
  {
    name: 'insecure-discovery',
    type: 'bool',
    default: 'true',
    help: 'accept insecure SRV records describing cluster endpoints',
  },
  { name: 'insecure-skip-tls-verify', type: 'bool', help: 'skip server certificate verification' },
  { name: 'user', type: 'string', help: 'username for authentication, provide username[:password]' },
  {
    name: 'password',
    type: 'string',
    help: 'password for authentication, only available if --user has no password',
  },
];

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
  flags: [
    { name: 'output', short: 'o', type: 'string', default: 'yaml', help: 'output format. One of: (yaml, json).' },
    { name: 'namespace', short: 'n', type: 'string', help: 'namespace of resource' },
    { name: 'prefix', type: 'string', default: '/registry', help: 'prefix to prepend to the resource' },
    { name: 'limit', type: 'int', help: 'max total number of results returned (0 means no limit)' },
    { name: 'chunk-size', type: 'int', default: '500', help: 'chunk size of the list pager' },
  ],
  maxArgs: 2,
  run: async (...call) => (await import('./get.js')).runGet(...call),
};

export const augerctl: Program = {
  name: 'augerctl',
  about: 'A simple command line client for directly accessing data objects stored in etcd by Kubernetes.',
  commands: [completion('augerctl'), GET, version],
  globals: GLOBALS,
};
