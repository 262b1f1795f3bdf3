import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import { readInput } from '../../base/input.js';
import { isEncryptedText } from '../../k8s-decode/encryption/describe.js';
import { type Encoding, encodeStored, type Fields, type Value } from '../../k8s-decode/index.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { stringField } from '../../k8s-decode/value.js';
import { formatNotSupported } from '../../output/format.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { type EncodeItem, encodeItems } from './encode-input.js';

const encodings: readonly Encoding[] = ['protobuf', 'json', 'yaml', 'cbor'];

export const spec = {
  usage: 'encode [options] [FILE]',
  mostArgs: 1,
  description:
    'Turns objects into the bytes that Kubernetes stores for them: YAML or JSON documents, or the lines that `decode -w jsonl` prints. Reads standard input where there is no FILE. -w takes raw (the default: one object, its bytes) and jsonl (a line each: {"key":…,"value":"BASE64"}, key where the object came with one).',
  examples: [
    'ketcdctl encode web-0.yaml | etcdctl put /registry/pods/default/web-0',
    'ketcdctl encode -w jsonl manifests.yaml',
  ],
  flags: {
    encoding: string('protobuf, json, yaml or cbor (default: as the API server stores the kind)', {
      value: 'ENCODING',
      choices: encodings,
    }),
  },
  complete: 'file',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const encoding = encodingFlag(flags.encoding);
  const isRaw = rawFormat(context);
  if (isRaw && context.stdout.isTTY) {
    throw new Failure('stored values are bytes, which a terminal cannot show', {
      hint: 'send them to a file or a command, or use -w jsonl',
    });
  }
  const items = encodeItems(readInput(context, args[0]));
  return isRaw ? writeRaw(context, items, encoding) : writeLines(context, items, encoding);
};

/** The one object's bytes. */
async function writeRaw(context: CommandContext, items: AsyncIterable<EncodeItem>, encoding: Encoding | undefined) {
  let only: Buffer | undefined;
  for await (const item of items) {
    if (only) {
      throw new Failure('there is more than one object, and their bytes cannot be told apart', {
        exitCode: ExitCode.InvalidInput,
        hint: 'use -w jsonl',
      });
    }
    only = await encodeItem(item, encoding);
  }
  if (!only) throw new Failure('the input has no object', { exitCode: ExitCode.InvalidInput });
  await context.stdout.write(only);
  return ExitCode.Ok;
}

/** A line for each object; what cannot be encoded is reported, and the others go on. */
async function writeLines(context: CommandContext, items: AsyncIterable<EncodeItem>, encoding: Encoding | undefined) {
  let failed = 0;
  for await (const item of items) {
    try {
      const value = (await encodeItem(item, encoding)).toString('base64');
      const line = 'key' in item ? { key: item.key, value } : { value };
      const wait = context.stdout.write(`${JSON.stringify(line)}\n`);
      if (wait) await wait;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed++;
      const where = 'key' in item ? `${item.key}: ` : '';
      await context.stderr.write(errorLine(`${where}${error.message}`));
    }
  }
  return failed > 0 ? ExitCode.Error : ExitCode.Ok;
}

async function encodeItem(item: EncodeItem, encoding: Encoding | undefined): Promise<Buffer> {
  if ('problem' in item) throw item.problem;
  const { object } = item;
  if (typeof object === 'string') {
    if (isEncryptedText(object)) throw new Failure('the value was encrypted, and what it held is not here');
    return Buffer.from(object);
  }
  if (!(object instanceof Map)) throw new Failure('the value is no object');
  const bytes = object.size === 1 ? stringField(object, 'base64') : undefined;
  if (bytes !== undefined) return Buffer.from(bytes, 'base64');
  const key = 'key' in item ? item.key : undefined;
  if (key !== undefined && encoding === undefined && isForeign(object)) return Buffer.from(plainJson(object));
  return encodeStored(object, { ...(encoding && { encoding }), ...(key !== undefined && { key }) });
}

/** A value beside Kubernetes' objects, such as flannel's: it was JSON, without a kind. */
function isForeign(object: Fields): boolean {
  return !object.has('kind') && !(object.has('type') && object.has('object'));
}

// Whoever writes such values does not escape for HTML as Go does by default.
function plainJson(object: Value): string {
  const plain: Record<string, string> = { '\\u003c': '<', '\\u003e': '>', '\\u0026': '&' };
  return toJson(object).replace(/\\(?:\\|u003[ce]|u0026)/g, (escaped) => plain[escaped] ?? escaped);
}

function encodingFlag(name: string): Encoding | undefined {
  if (name === '') return undefined;
  const encoding = encodings.find((known) => known === name);
  if (encoding) return encoding;
  throw new Failure(`unknown encoding ${JSON.stringify(name)}`, {
    exitCode: ExitCode.BadFeature,
    hint: `--encoding takes one of ${encodings.join(', ')}`,
  });
}

function rawFormat({ options }: CommandContext): boolean {
  const { writeOut } = options;
  if (writeOut === 'jsonl') return false;
  if (writeOut === 'raw' || writeOut === 'simple') return true;
  throw formatNotSupported(writeOut, 'encode has -w raw and jsonl');
}
