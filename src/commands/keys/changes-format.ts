import { formatNotSupported, outputFormat } from '../../output/format.js';
import type { CommandContext } from '../command.js';

/** How changes are printed: as diffs for people, else as documents or lines. */
export type ChangesFormat = 'simple' | 'json' | 'jsonl' | 'yaml';

/** @throws Failure for the formats that are for answers of etcd */
export function changesFormat(context: CommandContext): ChangesFormat {
  const format = outputFormat(context);
  if (format === 'fields' || format === 'table' || format === 'protobuf') throw formatNotSupported(format);
  return format;
}
