import type { OutputFormat } from './value.js';

/** What `extract` is asked for. */
export interface ExtractOptions {
  file: string;
  /** '': all keys, or those with the prefix. */
  key: string;
  prefix: string;
  /** 0: the newest. */
  revision: bigint;
  /** Of the key; '': the newest. */
  version: string;
  listVersions: boolean;
  /** Comma list of what is listed of each key. */
  fields: string;
  /** '': none, the fields count. */
  template: string;
  filter: string;
  output: OutputFormat;
  raw: boolean;
  printKey: boolean;
  metaSummary: boolean;
  /** Whether fields, template or filter were asked for. */
  lists: boolean;
  /** Lists the objects themselves; undefined: fields or template. */
  objects: 'yaml' | 'json' | 'jsonl' | undefined;
  /** Path of an EncryptionConfiguration; undefined: this node's, if there is one. */
  encryptionConfig: string | undefined;
}
