import { type Context, isDropIn } from '../base/contract.js';
import { badFeature, ExitCode, Failure } from '../base/errors.js';

/** The formats of `-w`; `yaml` and `jsonl` are not etcdctl's. */
export type Format = 'simple' | 'json' | 'fields' | 'table' | 'protobuf' | 'yaml' | 'jsonl';

const ETCDCTL = ['simple', 'json', 'fields', 'table', 'protobuf'];
const OWN = ['yaml', 'jsonl'];

/**
 * The format that `-w` asks for. Asked after the arguments are checked and before anything is sent, as etcdctl does.
 * @throws Failure (exit code 4) for one that does not exist.
 */
export function outputFormat(context: Context): Format {
  const { writeOut } = context.options;
  const known = isDropIn(context.mode) ? ETCDCTL : [...ETCDCTL, ...OWN];
  if (known.includes(writeOut)) return writeOut as Format;
  throw new Failure('unsupported output format', {
    exitCode: ExitCode.BadFeature,
    hint: `-w takes one of ${known.join(', ')}`,
  });
}

/**
 * The failure for a format that a command does not have; etcdctl's comes after the request was made.
 * @param has the formats that it has, for the hint: `decode has -w yaml, json and jsonl`
 */
export function formatNotSupported(format: string, has?: string): Failure {
  return badFeature(`${format} not supported as output format`, has);
}
