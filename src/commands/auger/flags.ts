import { bool, int, string, strings } from '../../base/flags/declare.js';

/** Names the database of extract, analyze and checksum. */
export const FILE_FLAG = { file: string("Bolt DB '.db' filename", { short: 'f', complete: 'file' }) };

export const REVISION_FLAG = {
  revision: int('etcd revision to retrieve data at, if 0, the latest revision is used, defaults to 0', { short: 'r' }),
};

export const OUTPUT_FLAG = {
  output: string('Output format. One of: json|yaml|proto', { short: 'o', default: 'yaml' }),
};

/** Of `auger extract`. */
export const EXTRACT_FLAGS = {
  ...FILE_FLAG,
  ...OUTPUT_FLAG,
  ...REVISION_FLAG,
  key: string('Etcd object key to find in boltdb file', { short: 'k' }),
  version: string('Version of etcd key to find, defaults to latest version', { short: 'v' }),
  keysByPrefix: string('List out all keys with the given prefix'),
  listVersions: bool('List out all versions of the key, requires --key'),
  leafItem: bool('Read the input as a boltdb leaf page item.'),
  printKey: bool('Print the key of the matching entry'),
  metaSummary: bool('Print a summary of the metadata of the matching entry'),
  raw: bool("Don't attempt to decode the etcd value"),
  fields: string(
    'Fields to include when listing entries, comma separated list of: [key value-size all-versions-value-size version-count value]',
    { default: 'key' },
  ),
  template: string(
    'golang template to use when listing entries, see https://golang.org/pkg/text/template, template is provided an object with the fields: Key, Version, Value, TypeMeta, Stats. The Value field contains the entire kubernetes resource object which also may be dereferenced using a dot seperated path.',
  ),
  filter: string(
    "Filter entries using a comma separated list of '<field>=value' constraints. Fields used in filters use the same naming as --template fields, e.g. .Value.metadata.namespace",
  ),
};

/** Of all commands of augerctl. */
export const AUGERCTL_FLAGS = {
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
