import { bool, int, string } from '../../base/flags/declare.js';

/** Names the database of extract, analyze and checksum. */
export const FILE_FLAG = { file: string("Bolt DB '.db' filename", { short: 'f' }) };

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
