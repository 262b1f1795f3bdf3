import type { Context } from '../../base/contract.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';

/** How changes are printed: as diffs for people, else as documents or lines. */
export type ChangesFormat = 'simple' | 'json' | 'jsonl' | 'yaml';

/** @throws Failure for the formats that are for answers of etcd */
export function changesFormat(context: Context): ChangesFormat {
  const format = outputFormat(context);
  if (format === 'fields' || format === 'table' || format === 'protobuf') throw formatNotSupported(format);
  return format;
}
