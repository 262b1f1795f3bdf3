import { type Context, isDropIn } from '../base/contract.js';
import { ExitCode, Failure } from '../base/errors.js';

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

/** What etcdctl says, after the request was made, when a command has no such format. */
export function formatNotSupported(format: Format): Failure {
  return new Failure(`${format} not supported as output format`, { exitCode: ExitCode.BadFeature });
}
