import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  Parser,
  Scalar,
  type YAMLMap,
} from 'yaml';
import { Failure } from '../../base/errors.js';
import { maxDepth, toJson } from '../json/json.js';
import type { Fields, Value } from '../value.js';
import { OtherLayout, parseBlockYaml } from './block.js';
import { resolvePlain } from './resolve.js';

/** How many values aliases may yield: a small text that unfolds to a huge one is refused. */
const mostAliased = 1_000_000;

/**
 * Reads the documents of a YAML text as kubectl reads them (YAML 1.1, sigs.k8s.io/yaml), with exact integers. Documents
 * that are empty are left out.
 *
 * @param firstLine the number of the text's first line in what it was taken from, for messages
 * @throws Failure that names the line of what cannot be read
 */
export function parseYaml(text: string, firstLine = 1): Value[] {
  return blockDocuments(text) ?? anyDocuments(text, firstLine);
}

/** The documents, if all of them are in kubectl's own layout. */
function blockDocuments(text: string): Value[] | undefined {
  const values: Value[] = [];
  try {
    for (const document of text.split(/^---\n/m)) if (document !== '') values.push(parseBlockYaml(document));
  } catch (error) {
    if (error instanceof OtherLayout) return undefined;
    throw error;
  }
  return values;
}

function anyDocuments(text: string, firstLine: number): Value[] {
  const lines = new LineCounter();
  const failAt = (offset: number, reason: string) =>
    new Failure(`invalid YAML: ${reason} (line ${lines.linePos(offset).line + firstLine - 1})`);
  const values: Value[] = [];
  for (const document of composedDocuments(text, lines, failAt)) {
    const error = document.errors[0];
    if (error) throw failAt(error.pos[0], error.message);
    const root = document.contents;
    if (root === null || (isScalar(root) && root.source === '' && root.type === Scalar.PLAIN)) continue;
    values.push(new Reader(failAt).value(root, 0));
  }
  return values;
}

/** The documents one after the other: what follows an error is not read. */
function* composedDocuments(text: string, lines: LineCounter, failAt: FailAt): Generator<Document.Parsed<ParsedNode>> {
  const composer = composerUpToError(failAt);
  try {
    let broken: CST.ErrorToken | undefined;
    for (const token of tokens(text, lines)) {
      yield* composer.next(token);
      if (token.type === 'error') broken = token;
      if (broken) break;
    }
    yield* composer.end();
    // Where no document has begun, none has the error.
    if (broken) throw failAt(broken.offset, broken.message);
  } catch (error) {
    if (error instanceof RangeError) throw new Failure('invalid YAML: nested too deeply', { cause: error });
    throw error;
  }
}

/** The part of the library's composer that is told of errors, which its types keep to itself. */
interface ErrorHandler {
  onError(
    source: number | readonly number[] | { offset: number },
    code: string,
    message: string,
    isWarning?: true,
  ): void;
}

/**
 * A composer that throws the first error. The library's own goes on and keeps all of them, each with its stack, and a text may have
 * one for each of its characters.
 */
function composerUpToError(failAt: FailAt): Composer<ParsedNode> {
  // The failsafe schema leaves all scalars as text: what they stand for is decided here.
  const options = { schema: 'failsafe', prettyErrors: false, uniqueKeys: false, logLevel: 'silent' } as const;
  let first: Failure | undefined;
  const handler: ErrorHandler = {
    onError(source, _code, message, isWarning) {
      if (isWarning) return;
      const offset = typeof source === 'number' ? source : 'offset' in source ? source.offset : source[0];
      // The library catches what is thrown here inside of a collection, and tells of it once more.
      first ??= failAt(offset ?? 0, message);
      throw first;
    },
  };
  return Object.assign(new Composer<ParsedNode>(options), handler);
}

/** How many collections may be open at once: the parser takes more memory for each than their text has. */
const MOST_OPEN = 3 * maxDepth;

/**
 * So much may be in a document: the parser takes about 1 kB for a scalar, an item's dash or half a collection, whose text may be two
 * bytes. No object that somebody wrote comes near it; what kubectl wrote, of any size, is read without the parser (block.ts).
 */
const MOST_NODES = 300_000;

/** What a lexeme is for {@link MOST_NODES}, by its first character. */
function nodesIn(lexeme: string): number {
  if (lexeme[0] === '[' || lexeme[0] === '{') return 2;
  return /^[\x1f"'?*|>-]/.test(lexeme) ? 1 : 0;
}

function* tokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let nodes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    nodes += nodesIn(lexeme);
    if (nodes > MOST_NODES) throw new Failure('invalid YAML: more values in a document than are read');
    for (const token of parser.next(lexeme)) {
      if (token.type === 'document') nodes = 0;
      yield token;
    }
    if (parser.stack.length > MOST_OPEN) throw new Failure('invalid YAML: nested too deeply');
  }
  yield* parser.end();
}

type FailAt = (offset: number, reason: string) => Failure;

/** Turns the nodes of one document into values. */
class Reader {
  private aliased = 0;
  private insideAliases = 0;
  /** The nodes that have names so far: an alias means the one that had its name last. */
  private readonly anchors = new Map<string, Node>();

  constructor(private readonly failAt: FailAt) {}

  value(node: Node | null, depth: number): Value {
    if (node === null) return null;
    if (depth > maxDepth) throw this.failure(node, `nested more than ${maxDepth} levels deep`);
    if (this.insideAliases > 0 && ++this.aliased > mostAliased) throw this.failure(node, 'aliases unfold to too much');
    if (isAlias(node)) return this.alias(node, depth);
    if (node.anchor !== undefined && this.insideAliases === 0) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node as Scalar<string>);
    if (isMap(node)) return this.map(node, depth);
    return (node as { items: Node[] } & Node).items.map((item) => this.value(item, depth + 1));
  }

  private alias(node: Alias, depth: number): Value {
    const target = this.anchors.get(node.source);
    if (target === undefined) throw this.failure(node, `unknown anchor ${JSON.stringify(node.source)}`);
    this.insideAliases++;
    const value = this.value(target, depth + 1);
    this.insideAliases--;
    return value;
  }

  private scalar(node: Scalar<string>): Value {
    // The library makes bytes and times of what is tagged as such: here it is text still.
    const text = node.source ?? '';
    const isPlain = node.type === Scalar.PLAIN || node.type === undefined;
    const value = scalarValue(text, node.tag, isPlain);
    if (value === undefined) throw this.failure(node, `${JSON.stringify(text)} is no ${node.tag}`);
    if (typeof value === 'number' && !Number.isFinite(value)) throw this.failure(node, `JSON has no ${text}`);
    return value;
  }

  private map(node: YAMLMap, depth: number): Fields {
    const fields: Fields = new Map();
    const merged: Value[] = [];
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (isMerge(pair)) {
        merged.push(this.value(pair.value, depth + 1));
        continue;
      }
      const name = this.name(pair.key, depth);
      if (fields.has(name)) throw this.failure(pair.key, `the key ${JSON.stringify(name)} is there twice`);
      fields.set(name, this.value(pair.value, depth + 1));
    }
    for (const value of merged.flat()) this.merge(fields, value, node);
    return fields;
  }

  private merge(fields: Fields, value: Value, node: Node): void {
    if (!(value instanceof Map)) throw this.failure(node, 'only a map can be merged');
    for (const [name, member] of value) if (!fields.has(name)) fields.set(name, member);
  }

  private name(node: Node, depth: number): string {
    const value = this.value(node, depth + 1);
    if (typeof value === 'string') return value;
    if (value === null || typeof value === 'object') throw this.failure(node, 'a key that is neither text nor number');
    return typeof value === 'boolean' ? String(value) : toJson(value);
  }

  private failure(node: Node, reason: string): Failure {
    return this.failAt(node.range?.[0] ?? 0, reason);
  }
}

// kubectl writes a field that is called `<<` without quotes: only what comes out of aliases is merged.
function isMerge({ key, value }: Pair<Node, Node | null>): boolean {
  if (!isScalar(key) || key.value !== '<<' || key.type !== Scalar.PLAIN || key.tag !== undefined) return false;
  return isAlias(value) || (isSeq(value) && value.items.length > 0 && value.items.every(isAlias));
}

/** What a scalar stands for; undefined where it is not what its tag says. */
function scalarValue(text: string, tag: string | undefined, isPlain: boolean): Value | undefined {
  const type = tag?.replace(/^tag:yaml\.org,2002:/, '');
  if (type === undefined && !isPlain) return text;
  const value = resolvePlain(text);
  if (type === undefined) return value === undefined ? text : value;
  switch (type) {
    case 'null':
      return value === null ? null : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'int':
      return typeof value === 'bigint' || Number.isInteger(value) ? value : undefined;
    case 'float':
      return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
    case 'binary':
      return /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text.replace(/\s/g, ''))
        ? Buffer.from(text, 'base64').toString('utf8')
        : undefined;
    default:
      return text;
  }
}
