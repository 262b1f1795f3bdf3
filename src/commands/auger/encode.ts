import { Failure } from '../../base/errors.js';
import { readInput, requireInput } from './input.js';
import type { Around } from './program.js';
import { encodeText } from './value.js';

/** `auger encode`: one object as its stored bytes. */
export async function runEncode(
  around: Around,
  _args: string[],
  flags: { format: string; file: string },
): Promise<void> {
  const format = flags.format;
  if (format !== 'yaml' && format !== 'json' && format !== 'proto') {
    throw new Failure(`unrecognized 'out' flag value: ${format}`);
  }
  const input = requireInput(await readInput(around, flags.file));
  if (format === 'proto') {
    throw new Failure('unsupported conversion: protobuf to kubernetes binary storage representation');
  }
  around.io.stdout.write(await encodeText(input.toString('utf8'), format));
}
