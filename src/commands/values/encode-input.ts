import { StringDecoder } from 'node:string_decoder';
import { Failure } from '../../base/errors.js';
import { readHead } from '../../base/input.js';
import { parseJson } from '../../k8s-decode/json/json.js';
import { stringField, type Value } from '../../k8s-decode/value.js';
import { JsonSplitter } from './json-splitter.js';

/** An object to be encoded, or what stood in its place. */
export type EncodeItem = { key?: string; object: Value } | { problem: Failure };

/**
 * The objects of an input, as they come: JSON or YAML documents, lists (of kind List) taken apart, and lines
 * `{"key":…,"value":OBJECT}` as `decode -w jsonl` prints them.
 */
export async function* encodeItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<EncodeItem> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { head, isJson } = await readHead(iterator);
  yield* isJson ? jsonItems(head, iterator) : yamlItems(head, iterator);
}

async function* jsonItems(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<EncodeItem> {
  const splitter = new JsonSplitter();
  for (let next: IteratorResult<Buffer> = { value: head }; !next.done; next = await chunks.next()) {
    for (const { text, line } of splitter.push(next.value))
      yield* read(() => [parseJson(text, { keepSource: true })], `line ${line}: `);
  }
  splitter.end();
}

async function* yamlItems(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<EncodeItem> {
  const { parseYaml } = await import('../../k8s-decode/yaml/read.js');
  const decoder = new StringDecoder('utf8');
  let text = '';
  let line = 1;
  for (let next: IteratorResult<Buffer> = { value: head }; !next.done; next = await chunks.next()) {
    // A mark that parts documents can begin in the chunk before.
    const from = Math.max(text.length - 4, 0);
    text += decoder.write(next.value);
    const end = lastDocumentMark(text, from);
    if (end <= 0) continue;
    const documents = text.slice(0, end);
    yield* read(() => parseYaml(documents, line));
    line += countLines(documents);
    text = text.slice(end);
  }
  text += decoder.end();
  yield* read(() => parseYaml(text, line));
}

/** Where the last line `---` begins at or after `from`, if what follows shows that it is one; -1 where there is none. */
function lastDocumentMark(text: string, from: number): number {
  const at = text.lastIndexOf('\n---');
  if (at < from || !/^\n---\s/.test(text.slice(at, at + 5))) return -1;
  return at + 1;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function* read(parse: () => Value[], where = ''): Generator<EncodeItem> {
  let values: Value[];
  try {
    values = parse();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield { problem: new Failure(`${where}${error.message}`, { cause: error }) };
    return;
  }
  for (const value of values) yield* objectsOf(value);
}

function* objectsOf(value: Value): Generator<EncodeItem> {
  if (Array.isArray(value)) {
    for (const item of value) yield* objectsOf(item);
    return;
  }
  if (!(value instanceof Map)) {
    yield { problem: new Failure('a document is no object') };
    return;
  }
  const kind = stringField(value, 'kind');
  const items = value.get('items');
  const key = stringField(value, 'key');
  const inner = value.get('value');
  if (kind === 'List' && Array.isArray(items)) yield* objectsOf(items);
  else if (kind !== undefined || inner === undefined) yield { object: value };
  else yield key === undefined ? { object: inner } : { key, object: inner };
}
