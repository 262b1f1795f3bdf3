/** Stored values in each of their encodings, and texts of them. */
import { Failure } from '../../../src/base/errors.js';
import { decodeItems } from '../../../src/commands/values/decode-input.js';
import { encodeItems } from '../../../src/commands/values/encode-input.js';
import { parseCbor, toCbor } from '../../../src/k8s-decode/cbor.js';
import { decodeStored, encodeStored, type Fields, storedEncoding, type Value } from '../../../src/k8s-decode/index.js';
import { parseJson, toJson } from '../../../src/k8s-decode/json/json.js';
import { parseYaml } from '../../../src/k8s-decode/yaml/read.js';
import { toYaml } from '../../../src/k8s-decode/yaml/write.js';
import { canonicalText } from '../../k8s-decode/support.js';
import { testData } from '../../support/root.js';
import { jsonLines } from '../../support/values.js';
import { Lost, same, type Target, unlessRefused } from '../target.js';

interface Line {
  key: string;
  value: string;
}

/** Values from a file of test data, spread over it and none too long. */
export function valuesOf(name: string, count: number): Buffer[] {
  return spread(
    jsonLines<Line>(testData(name)).map(({ value }) => Buffer.from(value, 'base64')),
    count,
  );
}

function spread(values: Buffer[], count: number): Buffer[] {
  const short = values.filter(({ length }) => length < 6000);
  const step = Math.max(1, Math.floor(short.length / count));
  return short.filter((_, i) => i % step === 0).slice(0, count);
}

function objects(count: number): Buffer[] {
  const values = jsonLines<{ pb: string }>(testData('kubernetes-1.37.ndjson.gz'));
  return spread(
    values.map(({ pb }) => Buffer.from(pb, 'base64')),
    count,
  );
}

/** What was decoded can be encoded: the second reading is the first one's, and its bytes never change again. */
async function comesBack(object: Fields): Promise<void> {
  const bytes = await encoded(object);
  const again = (await decodeStored(bytes)).object;
  same((await encoded(again)).toString('latin1'), bytes.toString('latin1'), 'decoded, encoded, decoded, encoded');
  // As `edit` and `decode | encode` have it; YAML is sorted, and JSON in a value with it.
  const [fromYaml] = parseYaml(toYaml(again));
  const byYaml = await decodeStored(await encoded(fromYaml as Fields));
  same(shownText(byYaml.object), shownText(again), 'by YAML');
}

/** Bytes that are no UTF-8 are U+FFFD where they are shown, and `edit` puts them back. */
function shownText(object: Fields): string {
  return canonicalText(object).replace(/\\ud[89a-f][\da-f]{2}/g, '\ufffd');
}

async function encoded(object: Fields): Promise<Buffer> {
  try {
    return await encodeStored(object, { encoding: 'protobuf' });
  } catch (error) {
    throw error instanceof Failure ? new Lost(`what was decoded cannot be encoded: ${error.message}`) : error;
  }
}

const protobuf: Target = {
  name: 'protobuf',
  seeds: () => [...objects(100), ...valuesOf('k8s-real/objects-1.36.ndjson.gz', 50)],
  words: ['k8s\0', '\x0a\x02v1\x12\x03Pod', 'apiextensions.k8s.io/v1', '\x0a\x00', '\x22\x10application/json'],
  async run(input) {
    const { object, encoding } = await decodeStored(input, { key: '/registry/x' });
    // Of kinds that are not known there are the envelope and fields by their numbers.
    if (encoding === 'protobuf' && (await storedEncoding(object)) === 'protobuf') await comesBack(object);
  },
};

/** A format that reads what it wrote: `read` and `write` of it. */
function comesBackBy(read: (text: string | Buffer) => Value, write: (value: Value) => string | Buffer) {
  return (value: Value, what: string) => {
    const text = write(value);
    let again: Value;
    try {
      again = read(text);
    } catch (error) {
      throw error instanceof Failure ? new Lost(`${what} cannot be read again: ${error.message}`) : error;
    }
    same(canonicalText(again), canonicalText(value), what);
  };
}

const byJson = comesBackBy((text) => parseJson(text), toJson);
const byYaml = comesBackBy((text) => parseYaml(text.toString())[0] ?? null, toYaml);
const byCbor = comesBackBy((bytes) => parseCbor(bytes as Buffer), toCbor);

const json: Target = {
  name: 'json',
  seeds: jsonSeeds,
  words: ['{', '[', ']', '}', ',', '":', '\\u0000', '\\ud800', '1e999', '-0', 'null', '"__proto__":', '\u2028'],
  run(input) {
    const value = parseJson(input);
    byJson(value, 'JSON');
    byYaml(value, 'YAML of JSON');
    byCbor(value, 'CBOR of JSON');
  },
};

function jsonSeeds(): Buffer[] {
  const values = valuesOf('k8s-real/yaml-storage.ndjson.gz', 30);
  return values.filter((value) => unlessRefused(() => parseJson(value)) !== undefined);
}

async function yamlSeeds(): Promise<Buffer[]> {
  const yamls: Buffer[] = [];
  for (const value of objects(30)) yamls.push(Buffer.from(toYaml((await decodeStored(value)).object)));
  const texts = [
    'a: &x [1, 2]\nb: *x\n',
    'a: |+\n  x\n\n',
    "? a\n: 'b\n\n  c'\n",
    '--- # x\n{a: "b\\\n  c", d: !!str 1}\n',
  ];
  return [...yamls, ...texts.map((text) => Buffer.from(text))];
}

const yaml: Target = {
  name: 'yaml',
  seeds: yamlSeeds,
  words: [
    '- ',
    '? ',
    ': ',
    '&a ',
    '*a',
    '|\n',
    '>-\n',
    '---\n',
    '...\n',
    '!!binary ',
    '<<: ',
    '\t',
    '0x1F',
    '1_000',
    '.inf',
    "'",
    '"',
    '#',
  ],
  run(input) {
    for (const value of parseYaml(input.toString())) {
      byYaml(value, 'YAML');
      byJson(value, 'JSON of YAML');
    }
  },
};

const cbor: Target = {
  name: 'cbor',
  seeds: () => valuesOf('k8s-real/cbor.ndjson.gz', 100),
  words: [Buffer.from('d9d9f7', 'hex'), Buffer.from('bf', 'hex'), Buffer.from('ff', 'hex'), Buffer.from('c249', 'hex')],
  run(input) {
    const value = parseCbor(input);
    byCbor(value, 'CBOR');
    byYaml(value, 'YAML of CBOR');
    byJson(value, 'JSON of CBOR');
  },
};

/** The chunks of an input that came in two. */
async function* chunks(input: Buffer): AsyncGenerator<Buffer> {
  yield input.subarray(0, input.length >> 1);
  yield input.subarray(input.length >> 1);
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const decodeInput: Target = {
  name: 'decode-input',
  seeds() {
    const [value = Buffer.alloc(0), other = Buffer.alloc(0)] = objects(2);
    const range = { header: { revision: 5 }, kvs: [{ key: 'YQ==', value: value.toString('base64') }], count: 1 };
    const line = JSON.stringify({ key: '/registry/x', value: other.toString('base64') });
    const texts = [JSON.stringify(range), `${line}\n${line}\n`, value.toString('hex'), other.toString('base64')];
    return [value, ...texts.map((text) => Buffer.from(text))];
  },
  words: ['{"key":', '"value":', '"kvs":[', '"responses":', '"prev_kv":', '\r\n', '\ufeff', 'k8s\0'],
  run: (input) => drain(decodeItems(chunks(input))),
};

const encodeInput: Target = {
  name: 'encode-input',
  seeds: yamlSeeds,
  words: ['---\n', 'kind: List\n', 'items:\n- ', '{"key":"a","value":{', '\r\n', '\ufeff'],
  run: (input) => drain(encodeItems(chunks(input))),
};

export const valueTargets = [protobuf, json, yaml, cbor, decodeInput, encodeInput];
