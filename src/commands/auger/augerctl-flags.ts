import { bool, int, string, strings } from '../../base/flags/declare.js';

/** Of all commands. */
export const GLOBALS = {
  endpoints: strings('gRPC endpoints of etcd cluster; falls back to ETCDCTL_ENDPOINTS or 127.0.0.1:2379', {
    default: '127.0.0.1:2379',
  }),
  cacert: string('path to the etcd client TLS CA cert file; falls back to ETCDCTL_CACERT'),
  cert: string('path to the etcd client TLS cert file; falls back to ETCDCTL_CERT'),
  key: string('path to the etcd client TLS key file; falls back to ETCDCTL_KEY'),
  insecureDiscovery: bool('accept insecure SRV records describing cluster endpoints', { default: 'true' }),
  insecureSkipTlsVerify: bool('skip server certificate verification'),
  user: string('username for authentication, provide username[:password]'),
  password: string('password for authentication, only available if --user has no password'),
};

/** Of `augerctl get`. */
export const GET_FLAGS = {
  output: string('output format. One of: (yaml, json).', { short: 'o', default: 'yaml' }),
  namespace: string('namespace of resource', { short: 'n' }),
  prefix: string('prefix to prepend to the resource', { default: '/registry' }),
  limit: int('max total number of results returned (0 means no limit)'),
  chunkSize: int('chunk size of the list pager', { default: '500' }),
};
