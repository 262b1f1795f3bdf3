import { StringDecoder } from 'node:string_decoder';
import { Failure } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import { readInput as readStdin } from '../../base/input.js';
import { readInput, requireInput } from './input.js';
import type { Around } from './program.js';
import { type OutputFormat, outputFormat, renderValue, requireValue, typeMetaOf, withLooseEnd } from './value.js';

/** `auger decode`: one value, or with --batch-process one in hex on each line. */
export async function runDecode(
  around: Around,
  _args: string[],
  flags: { output: string; metaOnly: boolean; batchProcess: boolean; file: string },
): Promise<void> {
  const format = outputFormat(flags.output);
  const form: Form = { format, metaOnly: flags.metaOnly };
  if (flags.batchProcess) return decodeLines(around, form);
  const input = requireInput(await readInput(around, flags.file));
  around.io.stdout.write(await withLooseEnd(input, (value) => decodeInput(value, form)));
}

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
async function decodeLines({ io }: Around, form: Form): Promise<void> {
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
