import type { Flag } from '../../base/contract.js';

/** Names the database of extract, analyze and checksum. */
export const FILE_FLAG: Flag = { name: 'file', short: 'f', type: 'string', help: "Bolt DB '.db' filename" };

export const REVISION_FLAG: Flag = {
  name: 'revision',
  short: 'r',
  type: 'int',
  help: 'etcd revision to retrieve data at, if 0, the latest revision is used, defaults to 0',
};

export const OUTPUT_FLAG: Flag = {
  name: 'output',
  short: 'o',
  type: 'string',
  default: 'yaml',
  help: 'Output format. One of: json|yaml|proto',
};
