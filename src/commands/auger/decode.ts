import { StringDecoder } from 'node:string_decoder';
import type { Io } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { goQuote } from '../../base/go/quote.js';
import { readInput as readStdin } from '../../base/input.js';
import type { CommandSpec, Run } from '../command.js';
import { OUTPUT_FLAG } from './flags.js';
import { readInput, requireInput } from './input.js';
import { type OutputFormat, outputFormat, renderValue, requireValue, typeMetaOf, withLooseEnd } from './value.js';

export const spec = {
  usage: 'decode',
  description: `
Decodes kubernetes objects from the binary key-value store encoding used
with etcd 3+.

Outputs data in a variety of formats including YAML, JSON and Protobuf.

YAML and JSON output conversion is performed using api-machinery
serializers and type declarations from the version of kubernetes
source this tool was built against. As a result, output may differ
from what is stored if the type declarations from the kubernetes
version that stored the data and the version of this tool are not
identical. If a type declaration has an incompatible change, or if a
type has been removed entirely, conversion may fail.

The binary format contains an "encoding prefix", an envelope (defined
by runtime.Unknown), and a protobuf payload.  The envelope contains
'meta' fields identifying the payload type.

Protobuf output requires no conversions and returns the exact bytes
of the protobuf payload.`,
  examples: `
        ETCDCTL_API=3 etcdctl get /registry/pods/default/<pod-name> \\
        --print-value-only | auger decode`.split('\n'),
  flags: {
    batchProcess: bool('If set, deccode batch of objects from os.Stdin'),
    file: string('Filename to read storage encoded data from'),
    metaOnly: bool('Output only content type and metadata fields'),
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

/** One value, or with --batch-process one in hex on each line. */
export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = outputFormat(flags.output);
  const form: Form = { format, metaOnly: flags.metaOnly };
  if (flags.batchProcess) return decodeLines(context, form);
  const input = requireInput(await readInput(context, flags.file));
  context.stdout.write(await withLooseEnd(input, (value) => decodeInput(value, form)));
};

interface Form {
  format: OutputFormat;
  metaOnly: boolean;
}

async function decodeInput(input: Buffer, { format, metaOnly }: Form): Promise<Buffer> {
  const found = requireValue(input);
  if (!metaOnly) return renderValue(found, format);
  const { apiVersion, kind } = await typeMetaOf(found);
  return Buffer.from(`TypeMeta.APIVersion: ${apiVersion}\nTypeMeta.Kind: ${kind}\n`);
}

/** Answers each line as it comes, with `OK|DATA` or `ERROR:TEXT|`. */
async function decodeLines(io: Io, form: Form): Promise<void> {
  const decoder = new StringDecoder('latin1');
  let rest = '';
  let line = 0;
  const answer = async (text: string) => {
    const wait = io.stdout.write(await answerLine(text, line++, form));
    if (wait) await wait;
  };
  for await (const chunk of readStdin(io, undefined)) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop()!;
    for (const text of lines) await answer(text);
  }
  if (rest !== '') await answer(rest);
}

async function answerLine(text: string, line: number, form: Form): Promise<Buffer> {
  const value = fromHex(text, line);
  try {
    return Buffer.concat([Buffer.from('OK|'), await decodeInput(value, form), NEWLINE]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return Buffer.from(`ERROR:${error.message}|\n`);
  }
}

const NEWLINE = Buffer.from('\n');

function fromHex(text: string, line: number): Buffer {
  const bad = /[^0-9a-fA-F]/.exec(text)?.[0];
  if (bad === undefined && text.length % 2 === 0) return Buffer.from(text, 'hex');
  const reason = bad === undefined ? 'odd length hex string' : `invalid byte: ${charName(bad)}`;
  throw new Failure(`error decoding input on line ${line} of --batch-process input: encoding/hex: ${reason}`);
}

/** As Go shows it: `U+000D`, `U+0078 'x'`. */
function charName(char: string): string {
  const code = `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  const quoted = goQuote(char).slice(1, -1);
  return quoted === char ? `${code} '${char}'` : code;
}
