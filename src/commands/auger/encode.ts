import { Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import type { CommandSpec, Run } from '../command.js';
import { readInput, requireInput } from './input.js';
import { encodeText } from './value.js';

export const spec = {
  usage: 'encode',
  description: `
Encodes kubernetes objects to the binary key-value store encoding used
with etcd 3+.`,
  examples: `
\t    cat pod.yaml | auger encode | \\
\t    ETCDCTL_API=3 etcdctl put /registry/pods/default/<pod-name>`.split('\n'),
  flags: {
    file: string('Filename to read input data from'),
    format: string('Input format. One of: json|yaml|proto', { short: 'f', default: 'yaml' }),
  },
} satisfies CommandSpec;

/** Writes one object as its stored bytes. */
export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = flags.format;
  if (format !== 'yaml' && format !== 'json' && format !== 'proto') {
    throw new Failure(`unrecognized 'out' flag value: ${format}`);
  }
  const input = requireInput(await readInput(context, flags.file));
  if (format === 'proto') {
    throw new Failure('unsupported conversion: protobuf to kubernetes binary storage representation');
  }
  context.stdout.write(await encodeText(input.toString('utf8'), format));
};
