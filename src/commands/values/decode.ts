import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import { readInput } from '../../base/input.js';
import type { StoredValues } from '../../k8s/values.js';
import { describeEncrypted, EncryptedValue, encryptedText } from '../../k8s-decode/encryption/describe.js';
import type { Value } from '../../k8s-decode/index.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { formatNotSupported } from '../../output/format.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { type DecodeItem, decodeItems } from './decode-input.js';

export const spec = {
  usage: 'decode [options] [FILE]',
  mostArgs: 1,
  description:
    'Shows what Kubernetes stored: one value (as it is, in hex or in base64), or the values in what `etcdctl get` printed (also -w json), or in lines {"key":…,"value":"BASE64"}. Reads standard input where there is no FILE. -w takes yaml (the default), json and jsonl (a line each: {"key":…,"value":OBJECT}).',
  examples: [
    'etcdctl get --print-value-only /registry/pods/default/web-0 | ketcdctl decode',
    'etcdctl get --prefix -w json /registry/pods/ | ketcdctl decode -w jsonl',
    'ketcdctl decode value.bin',
  ],
  flags: {
    key: string('the key that the one value was stored under (encrypted values need it)', {
      value: 'KEY',
      complete: 'key',
    }),
  },
  complete: 'file',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const format = objectFormat(context);
  const decoder = new Decoder(await context.values(), flags.key || undefined);
  let written = 0;
  let failed = 0;
  for await (const item of decodeItems(readInput(context, args[0]))) {
    if ('log' in item) {
      await context.stderr.write(`${item.log}\n`);
      continue;
    }
    try {
      const object = await decoder.decode(item);
      const wait = context.stdout.write(objectText(format, item.key, object, written++ === 0));
      if (wait) await wait;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed++;
      if (error instanceof EncryptedValue) await context.stdout.write(encryptedObject(format, item, written++ === 0));
      await context.stderr.write(errorLine(error.message));
      if (error.hint && failed === 1) await context.stderr.write(`Hint: ${error.hint}\n`);
    }
  }
  return failed > 0 ? ExitCode.Error : ExitCode.Ok;
};

type ObjectFormat = 'yaml' | 'json' | 'jsonl';

function objectFormat({ options }: CommandContext): ObjectFormat {
  const { writeOut } = options;
  if (writeOut === 'simple') return 'yaml';
  if (writeOut === 'yaml' || writeOut === 'json' || writeOut === 'jsonl') return writeOut;
  throw formatNotSupported(writeOut, 'decode has -w yaml, json and jsonl');
}

/** What has to be decoded, or told. */
type ValueItem = Exclude<DecodeItem, { log: string }>;

/** Decodes the items of one run. */
class Decoder {
  constructor(
    private readonly values: StoredValues,
    private readonly onlyKey: string | undefined,
  ) {}

  async decode(item: ValueItem): Promise<Value> {
    if ('problem' in item) throw item.problem;
    if ('object' in item) return item.object;
    const key = Buffer.from(item.key ?? this.onlyKey ?? '');
    const first = await this.values.read(key, item.value);
    if (first.exact) return first.exact;
    const line = item.hasLooseEnd && /\r?\n$/.exec(item.value.toString('latin1', item.value.length - 2))?.[0];
    const { exact, reason } = line ? await this.values.read(key, item.value.subarray(0, -line.length)) : first;
    if (exact) return exact;
    throw item.mayBeSpoilt ? spoilt(reason) : reason;
  }
}

function spoilt(reason: Failure | undefined): Failure {
  return new Failure(
    `the bytes were changed on their way, as a terminal does it: every line's end is CR LF (${reason?.message})`,
    {
      hint: 'run `kubectl exec` and `ssh` without -t, or take base64: etcdctl get -w json',
      cause: reason,
    },
  );
}

/** What stands in place of a value whose key is not there: a comment in YAML, which is no object. */
function encryptedObject(format: ObjectFormat, item: ValueItem, isFirst: boolean): string {
  const text = 'value' in item ? encryptedText(describeEncrypted(item.value)!) : '';
  if (format !== 'yaml') return objectText(format, item.key, text, isFirst);
  return `${isFirst ? '' : '---\n'}# ${text}\n`;
}

/** One object as it is printed: a YAML document after a line `---` unless it is the first, or a line of JSON. */
function objectText(format: ObjectFormat, key: string | undefined, object: Value, isFirst: boolean): string {
  if (format === 'yaml') return isFirst ? toYaml(object) : `---\n${toYaml(object)}`;
  if (format === 'json') return `${toJson(object, '    ')}\n`;
  const line = new Map<string, Value>(key === undefined ? [] : [['key', key]]).set('value', object);
  return `${toJson(line)}\n`;
}
