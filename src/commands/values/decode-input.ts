import { ExitCode, Failure } from '../../base/errors.js';
import { readAll, readHead } from '../../base/input.js';
import { parseJson } from '../../k8s-decode/json/json.js';
import type { Value } from '../../k8s-decode/value.js';
import { type JsonPiece, JsonSplitter } from './json-splitter.js';
import { beginsStored, fromText, type StoredValue, storedValues } from './stored-text.js';

/** A value to be decoded, or what stood in its place. */
export type DecodeItem = StoredValue | { key?: string; object: Value } | { key?: string; problem: Failure };

/**
 * The values of an input, as they come: see {@link storedValues} for what is no JSON. Of JSON it takes the answer of
 * `etcdctl get -w json`, lines `{"key":…,"value":…}`, and objects that are stored as JSON themselves.
 */
export async function* decodeItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<DecodeItem> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { head, isJson } = await readHead(iterator);
  // Values one after another, of which the first is JSON, are no JSON stream.
  if (isJson && !head.includes('k8s\0')) {
    yield* jsonItems(head, iterator);
    return;
  }
  const values = storedValues(await readAll(head, iterator));
  if (values === undefined) {
    throw new Failure('the input is no stored value', {
      exitCode: ExitCode.InvalidInput,
      hint: 'it can be a value as Kubernetes stores it, also in hex or base64, or what `etcdctl get` printed (-w json)',
    });
  }
  yield* values;
}

async function* jsonItems(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<DecodeItem> {
  const splitter = new JsonSplitter(['kvs', 'Events']);
  for (const piece of splitter.push(head)) yield* pieceItems(piece);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    for (const piece of splitter.push(next.value)) yield* pieceItems(piece);
  }
  splitter.end();
}

/** A key and its value in JSON: etcd's own (both base64), or ours. */
interface JsonKeyValue {
  key?: unknown;
  value?: unknown;
  create_revision?: unknown;
}

function* pieceItems(piece: JsonPiece): Generator<DecodeItem> {
  let parsed: JsonKeyValue & { kv?: JsonKeyValue; header?: unknown; Header?: unknown; kind?: unknown };
  try {
    parsed = JSON.parse(piece.text.toString('utf8'));
  } catch (error) {
    yield { problem: new Failure(`line ${piece.line}: invalid JSON: ${(error as Error).message}`) };
    return;
  }
  if (parsed === null || typeof parsed !== 'object') return;
  if (piece.isElement) {
    const kv = parsed.kv ?? parsed;
    if (kv.value !== undefined) yield { key: fromBase64(kv.key).toString(), value: fromBase64(kv.value) };
  } else if ('value' in parsed && parsed.kind === undefined) {
    yield lineItem(parsed, piece);
  } else if ((parsed.header ?? parsed.Header) === undefined || parsed.kind !== undefined) {
    yield { value: piece.text };
  }
}

/** A line `{"key":…,"value":…}`: the value is base64, text, `{"base64":…}`, or decoded already. */
function lineItem(parsed: JsonKeyValue, piece: JsonPiece): DecodeItem {
  const key = lineKey(parsed);
  const named = key === undefined ? {} : { key };
  const { value } = parsed;
  if (typeof value === 'string') return { ...named, value: stringValue(value) };
  const bytes = (value as { base64?: unknown } | null)?.base64;
  if (typeof bytes === 'string') return { ...named, value: fromBase64(bytes) };
  const exact = parseJson(piece.text);
  return { ...named, object: (exact as Map<string, Value>).get('value') ?? null };
}

/** The key as text, which etcdctl has in base64: told by its numbers, and by what comes out of it. */
function lineKey({ key, create_revision }: JsonKeyValue): string | undefined {
  if (typeof key !== 'string') return undefined;
  if (create_revision === undefined || key.startsWith('/')) return key;
  const bytes = fromBase64(key);
  const isText = !/[\0-\x1f\x7f\ufffd]/.test(bytes.toString('utf8'));
  return isText && bytes.length > 0 && bytes.toString('base64') === key ? bytes.toString('utf8') : key;
}

function stringValue(text: string): Buffer {
  return fromText(text) ?? (beginsStored(Buffer.from(text)) ? Buffer.from(text) : fromBase64(text));
}

function fromBase64(text: unknown): Buffer {
  return Buffer.from(typeof text === 'string' ? text : '', 'base64');
}
