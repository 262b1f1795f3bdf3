import { Failure } from '../../base/errors.js';
import { JsonText, type Value, wellFormed } from '../value.js';
import { TextBuffer } from './text-buffer.js';
import { UnreadFields } from './unread-fields.js';

/**
 * The JSON text of `value` as Go's encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029 are escaped.
 *
 * @param indent what one level is indented by; without it the text has no white space
 */
export function toJson(value: Value, indent = ''): string {
  return indent === '' ? compact(value) : indentedJson(value, { indent });
}

function compact(value: Value): string {
  if (typeof value === 'string') return quoteJson(value);
  if (value instanceof Map) {
    if (value instanceof UnreadFields && value.text !== undefined) return value.text;
    let text = '{';
    for (const [name, member] of value) text += `${text.length > 1 ? ',' : ''}${quoteJson(name)}:${compact(member)}`;
    return `${text}}`;
  }
  if (Array.isArray(value)) return `[${value.map(compact).join(',')}]`;
  return value instanceof JsonText ? value.text : scalar(value);
}

/** How JSON is laid out over lines. */
export interface JsonLayout {
  /** What one level is indented by. */
  indent: string;
  /** What stands before each line but the first. */
  margin?: string;
  /** Fields by name, at all depths. */
  isSorted?: boolean;
}

let buffer: TextBuffer | undefined;

/** @throws Failure for more text than {@link TextBuffer} takes: each level of a deep value is indented once more */
export function indentedJson(value: Value, { indent, margin = '', isSorted = false }: JsonLayout): string {
  buffer ??= new TextBuffer();
  buffer.clear();
  writeIndented(buffer, value, `\n${margin}`, { indent, isSorted });
  return buffer.toString();
}

type Lines = Required<Pick<JsonLayout, 'indent' | 'isSorted'>>;

function writeIndented(out: TextBuffer, value: Value, newline: string, lines: Lines): void {
  const isList = Array.isArray(value);
  if (!isList && !(value instanceof Map)) out.text(compact(value));
  else if (isList ? value.length === 0 : value.size === 0) out.text(isList ? '[]' : '{}');
  else {
    const inner = newline + lines.indent;
    let lead = isList ? '[' : '{';
    for (const part of isList ? value : namesOf(value, lines.isSorted)) {
      out.text(lead);
      out.text(inner);
      if (!isList) out.text(`${quoteJson(part as string)}: `);
      writeIndented(out, isList ? part : (value.get(part as string) ?? null), inner, lines);
      lead = ',';
    }
    out.text(newline);
    out.text(isList ? ']' : '}');
  }
}

function namesOf(fields: ReadonlyMap<string, Value>, isSorted: boolean): Iterable<string> {
  return isSorted ? [...fields.keys()].sort() : fields.keys();
}

// A number's shortest text and the bounds of its exponent form are the same in Go's encoding/json and in JavaScript.
function scalar(value: null | boolean | number | bigint): string {
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) throw new Failure(`JSON has no way to write the number ${value}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** `text` as a JSON string with Go's escapes. */
export function quoteJson(text: string): string {
  if (!/[\0-\x1f"\\<>&\u2028\u2029\ud800-\udfff]/.test(text)) return `"${text}"`;
  return `"${wellFormed(text).replace(/[\0-\x1f"\\<>&\u2028\u2029]/g, escapeOf)}"`;
}

const shortEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeOf(character: string): string {
  return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
