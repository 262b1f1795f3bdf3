import type { FlagValues } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { readInput, requireInput } from './input.js';
import type { Around } from './program.js';
import { encodeText } from './value.js';

/** `auger encode`: one object as its stored bytes. */
export async function runEncode(around: Around, _args: string[], flags: FlagValues): Promise<void> {
  const format = flags.string('format');
  if (format !== 'yaml' && format !== 'json' && format !== 'proto') {
    throw new Failure(`unrecognized 'out' flag value: ${format}`);
  }
  const input = requireInput(await readInput(around, flags.string('file')));
  if (format === 'proto') {
    throw new Failure('unsupported conversion: protobuf to kubernetes binary storage representation');
  }
  around.io.stdout.write(await encodeText(input.toString('utf8'), format));
}
