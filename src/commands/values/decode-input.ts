import { ExitCode, Failure } from '../../base/errors.js';
import { looksLikeJson, readAll, readHead } from '../../base/input.js';
import { parseJson } from '../../k8s-decode/json/json.js';
import { field, type Value } from '../../k8s-decode/value.js';
import { type JsonPiece, JsonSplitter } from './json-splitter.js';
import { beginsStored, fromText, type StoredValue, storedValues } from './stored-text.js';

/** A value to be decoded, or what stood in its place; a line that another program logged. */
export type DecodeItem =
  | StoredValue
  | { key?: string; object: Value }
  | { key?: string; problem: Failure }
  | { log: string };

/**
 * The values of an input, as they come: see {@link storedValues} for what is no JSON. Of JSON it takes the answers of etcdctl's
 * `-w json`, lines `{"key":…,"value":…}`, and objects that are stored as JSON themselves.
 *
 * @throws Failure for an input that is none of it
 */
export async function* decodeItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<DecodeItem> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { head: first } = await readHead(iterator);
  const { logs, rest: head } = await withoutLogs(first, iterator);
  for (const log of logs) yield { log };
  // Values one after another, of which the first is JSON, are no JSON stream.
  if (looksLikeJson(head) && !head.includes('k8s\0')) {
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
  for (const value of values) {
    if (isAnswer(value.value)) yield* pieceItems({ text: value.value, isElement: false, line: 1 });
    else yield value;
  }
}

/** How lines begin that etcdctl and kubectl write to standard error, which a terminal or `2>&1` puts in front of an answer. */
const LOG_LINE =
  /^(?:\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d|\{"level":"\w+","ts":|(?:warning|error|note): |Flag --|Defaulted container )/i;

/** Takes log lines off the front of an input. */
async function withoutLogs(head: Buffer, chunks: AsyncIterator<Buffer>): Promise<{ logs: string[]; rest: Buffer }> {
  const logs: string[] = [];
  let rest = await atLeastLine(head, chunks);
  while (LOG_LINE.test(rest.toString('latin1', 0, 40))) {
    const end = rest.indexOf(0x0a);
    if (end < 0) break;
    logs.push(rest.toString('utf8', 0, end).trimEnd());
    rest = await atLeastLine(rest.subarray(end + 1), chunks);
  }
  return { logs, rest };
}

/** No line that somebody logs is longer. */
const LONGEST_LOG = 4096;

/** Reads on to the end of the first line, or so far that it is none of a log. */
async function atLeastLine(head: Buffer, chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let rest = head;
  while (rest.length < LONGEST_LOG && !rest.includes(0x0a)) {
    const next = await chunks.next();
    if (next.done) break;
    rest = Buffer.concat([rest, next.value]);
  }
  return rest;
}

/** Whether a text is an answer of etcd in JSON. */
function isAnswer(text: Buffer): boolean {
  return /^\s*\{"[hH]eader":\{/.test(text.toString('latin1', 0, 40));
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

/** What a piece of JSON can have at its top. */
interface JsonAnswer extends JsonKeyValue {
  header?: unknown;
  Header?: unknown;
  kind?: unknown;
  type?: unknown;
  level?: unknown;
  ts?: unknown;
}

function* pieceItems(piece: JsonPiece): Generator<DecodeItem> {
  let parsed: JsonAnswer | null;
  try {
    parsed = JSON.parse(piece.text.toString('utf8'));
  } catch (error) {
    yield { problem: new Failure(`line ${piece.line}: invalid JSON: ${(error as Error).message}`) };
    return;
  }
  if (parsed === null || typeof parsed !== 'object') return;
  if (parsed.kind !== undefined && !piece.isElement) yield { value: piece.text };
  else if (piece.isElement || (parsed.header ?? parsed.Header) !== undefined) yield* answerValues(parsed);
  else if ('value' in parsed) yield lineItem(parsed, piece);
  else if (parsed.level !== undefined && parsed.ts !== undefined) yield { log: piece.text.toString('utf8') };
  // A key alone, a deletion, and the progress of a watch have no value.
  else if (typeof parsed.key === 'string' || parsed.type === 'PROGRESS') return;
  else yield { problem: new Failure(`line ${piece.line}: neither an answer of etcd nor an object of Kubernetes`) };
}

/** Transactions in transactions are as deep as somebody wrote them. */
const DEEPEST_ANSWER = 200;

/** The key-values in an answer, wherever they stand; of a watch the new ones, and of a deletion what was deleted. */
function* answerValues(part: unknown, depth = 0): Generator<DecodeItem> {
  if (part === null || typeof part !== 'object' || depth > DEEPEST_ANSWER) return;
  const { key, value, kv, prev_kv } = part as JsonKeyValue & { kv?: JsonKeyValue; prev_kv?: unknown };
  if (typeof key === 'string' && !('kv' in part)) {
    if (value !== undefined) yield { key: fromBase64(key).toString(), value: fromBase64(value) };
  } else if (kv !== undefined) yield* answerValues(kv.value === undefined ? prev_kv : kv, depth + 1);
  else for (const inner of Object.values(part)) yield* answerValues(inner, depth + 1);
}

/** A line `{"key":…,"value":…}`: the value is base64, text, `{"base64":…}`, or decoded already. */
function lineItem(parsed: JsonKeyValue, piece: JsonPiece): DecodeItem {
  const key = lineKey(parsed);
  const named = key === undefined ? {} : { key };
  const { value } = parsed;
  if (typeof value === 'string') return { ...named, value: stringValue(value) };
  const bytes = (value as { base64?: unknown } | null)?.base64;
  if (typeof bytes === 'string') return { ...named, value: fromBase64(bytes) };
  const exact = parseJson(piece.text, { isExact: true });
  const line = exact instanceof Map ? exact : parseJson(piece.text);
  return { ...named, object: field(line, 'value') ?? null };
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
