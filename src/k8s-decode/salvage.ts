/**
 * What can still be had of a stored object whose bytes are damaged: its tail is cut off or has something behind it, its envelope is
 * missing or another kind's, or it was stored as a text that holds it.
 */
import { gunzipSync } from 'node:zlib';
import { Cursor } from '../base/wire/cursor.js';
import { hasEnvelope, writeEnvelope } from './envelope.js';
import { parseJson, toJson } from './json/json.js';
import { loadSchema, messageOfKind } from './protobuf/registry.js';
import { fieldsOf, type MessageRef, resolveMessage } from './protobuf/table.js';
import type { Fields } from './value.js';

/** The kind that the object should be of. */
export interface Wanted {
  apiVersion: string;
  kind: string;
}

/** Bytes that may be the object, and what was done to have them. */
interface Salvaged {
  plain: Buffer;
  how: string;
  /** Bytes at the end that are given up. */
  lost: number;
  /** What else may be lost. */
  doubt?: string;
}

/** Everything that may be tried, the least loss first; whether it decodes is for the caller to see. */
export async function salvage(value: Buffer, wanted: Wanted): Promise<Salvaged[]> {
  await loadSchema(wanted.apiVersion);
  const found: Salvaged[] = [];
  for (const { plain, how } of formsOf(value)) {
    if (how !== '') found.push({ plain, how, lost: 0 });
    const text = how === '' ? '' : `${how}, `;
    for (const each of [...repairedProtobuf(plain, wanted), ...repairedJson(plain, wanted)]) {
      found.push({ ...each, how: text + each.how });
    }
  }
  return found.sort((a, b) => a.lost - b.lost);
}

/** The value, and what it holds if it is a text that holds another one. */
function formsOf(value: Buffer): { plain: Buffer; how: string }[] {
  const forms = [{ plain: value, how: '' }];
  const text = value.toString('latin1').trim();
  const add = (how: string, make: () => Buffer): void => {
    try {
      const plain = make();
      if (plain.length > 0 && !plain.equals(value)) forms.push({ plain, how });
    } catch {
      // It is not of this form.
    }
  };
  if (/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) add('it was base64', () => Buffer.from(text, 'base64'));
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) add('it was hexadecimal', () => Buffer.from(text, 'hex'));
  if (value[0] === 0x1f && value[1] === 0x8b) {
    add('it was compressed', () => gunzipSync(value, { maxOutputLength: MOST_UNPACKED }));
  }
  if (text.startsWith('"')) add('it was a string in JSON', () => Buffer.from(JSON.parse(value.toString()) as string));
  if (value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf)
    add('a mark of byte order was in front', () => value.subarray(3));
  if (/^[ \t\r\n]+[^ \t\r\n]/.test(value.toString('latin1', 0, 64)) && value[0] !== 0x0a) {
    add('blanks were in front', () => value.subarray(value.toString('latin1').search(/\S/)));
  }
  return forms;
}

/** etcd takes no larger request by default; objects are smaller. */
const MOST_UNPACKED = 8 << 20;

function* repairedProtobuf(value: Buffer, wanted: Wanted): Generator<Salvaged> {
  const start = hasEnvelope(value) ? 4 : 0;
  const envelope = value[start] === 0x0a ? openEnvelope(value, start) : undefined;
  if (envelope) {
    const { raw, typed, end } = envelope;
    const types = sameType(typed, wanted) || !typed.kind ? [wanted] : [typed, wanted];
    for (const type of types) {
      const ref = messageOfKindOrNone(type);
      const object = ref ? salvageMessage(ref, raw) : raw;
      const parts = [
        start === 0 ? 'the envelope had lost its beginning' : '',
        type === wanted && !sameType(typed, wanted)
          ? `the envelope was that of ${typed.apiVersion} ${typed.kind}`.trimEnd()
          : '',
        object.length < raw.length || end === 'cut' ? 'its tail was cut off' : '',
        end === 'more' ? 'what was behind it is dropped' : '',
      ];
      const isOther = type === wanted && !sameType(typed, wanted) && messageOfKindOrNone(typed) !== undefined;
      yield {
        plain: writeEnvelope(type.apiVersion, type.kind, (writer) => void writer.raw(object)),
        how: parts.filter((part) => part !== '').join(', ') || 'its envelope was not whole',
        lost: raw.length - object.length,
        ...(isOther && { doubt: `what a ${wanted.kind} has not` }),
      };
    }
  }
  const ref = messageOfKindOrNone(wanted);
  if (start === 0 && ref && value[0] === 0x0a) {
    const object = salvageMessage(ref, value);
    const how = `it had no envelope${object.length < value.length ? ', its tail was cut off' : ''}`;
    const plain = writeEnvelope(wanted.apiVersion, wanted.kind, (writer) => void writer.raw(object));
    yield { plain, how, lost: value.length - object.length };
  }
}

function sameType(a: Wanted, b: Wanted): boolean {
  return a.apiVersion === b.apiVersion && a.kind === b.kind;
}

/** Of an apiVersion whose schema is not loaded nothing can be said. */
function messageOfKindOrNone({ apiVersion, kind }: Wanted): MessageRef | undefined {
  try {
    return messageOfKind(apiVersion, kind);
  } catch {
    return undefined;
  }
}

interface OpenEnvelope {
  typed: Wanted;
  raw: Buffer;
  /** How it ends: as it should, before that, or with something else. */
  end: 'whole' | 'cut' | 'more';
}

/** What stands behind the object: {3 content encoding, 4 content type}, both empty. */
const ENVELOPE_END = Buffer.from([0x1a, 0, 0x22, 0]);

/** The type and the object in an envelope that may end early: {1 typeMeta {1 apiVersion, 2 kind}, 2 raw}. */
function openEnvelope(value: Buffer, start: number): OpenEnvelope | undefined {
  const cursor = new Cursor(value, start);
  try {
    if (cursor.varint() !== 0x0a) return undefined;
    const typed = typeMeta(value, cursor);
    if (cursor.varint() !== 0x12) return undefined;
    const length = Number(cursor.varint());
    const raw = value.subarray(cursor.at, cursor.at + length);
    const rest = value.subarray(cursor.at + length);
    const isCut = rest.length < ENVELOPE_END.length && ENVELOPE_END.subarray(0, rest.length).equals(rest);
    return { typed, raw, end: isCut ? 'cut' : rest.equals(ENVELOPE_END) ? 'whole' : 'more' };
  } catch {
    return undefined;
  }
}

function typeMeta(value: Buffer, outer: Cursor): Wanted {
  const end = outer.skipBytes();
  const cursor = new Cursor(value, outer.bytesStart, end);
  const typed = { apiVersion: '', kind: '' };
  while (cursor.more) {
    const tag = cursor.varint();
    const part = cursor.skipBytes();
    const text = value.toString('utf8', cursor.bytesStart, part);
    if (tag === 0x0a) typed.apiVersion = text;
    else if (tag === 0x12) typed.kind = text;
  }
  return typed;
}

/** The fields of a message that are whole, and of the last one, if it is a message, the fields of it that are. */
function salvageMessage(ref: MessageRef, bytes: Buffer): Buffer {
  const cursor = new Cursor(bytes);
  let whole = 0;
  try {
    while (cursor.more) {
      cursor.skip(Number(cursor.varint()) & 7);
      whole = cursor.at;
    }
    return bytes;
  } catch {
    const rest = partOfLast(ref, bytes, whole);
    return rest ? Buffer.concat([bytes.subarray(0, whole), rest]) : bytes.subarray(0, whole);
  }
}

function partOfLast(ref: MessageRef, bytes: Buffer, at: number): Buffer | undefined {
  const cursor = new Cursor(bytes, at);
  try {
    const tag = Number(cursor.varint());
    const field = fieldsOf(ref).find(({ number }) => number === tag >>> 3);
    cursor.varint();
    if ((tag & 7) !== 2 || !field || field.card === '{}' || !/^(?:[\w-]+\/\w+\.)?[A-Z]/.test(field.type))
      return undefined;
    const inner = salvageMessage(resolveMessage(ref.schema, field.type), bytes.subarray(cursor.at));
    return inner.length === 0 ? undefined : Buffer.concat([varint(tag), varint(inner.length), inner]);
  } catch {
    return undefined;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

function* repairedJson(value: Buffer, wanted: Wanted): Generator<Salvaged> {
  const text = value.toString();
  if (!/^\s*\{/.test(text)) return;
  const closed = closedJson(text);
  if (!closed) return;
  const typed = withType(closed.text, wanted);
  const parts = [
    closed.isCut ? 'its tail was cut off' : closed.lost > 0 ? 'what was behind it is dropped' : '',
    typed === closed.text ? '' : 'it did not say what it is',
  ];
  const how = parts.filter((part) => part !== '').join(', ');
  const lost = closed.isCut ? closed.lost : 0;
  if (how !== '') yield { plain: Buffer.from(`${typed}\n`), how, lost };
  const object = jsonObject(typed);
  if (object?.get('kind') !== wanted.kind || object.get('apiVersion') === wanted.apiVersion) return;
  const was = `it was of ${String(object.get('apiVersion'))}`;
  const plain = Buffer.from(`${toJson(new Map(object).set('apiVersion', wanted.apiVersion))}\n`);
  yield { plain, how: how === '' ? was : `${how}, ${was}`, lost };
}

/** A text that is one object: without what follows it, or ended behind the last member that is whole. */
function closedJson(text: string): { text: string; lost: number; isCut: boolean } | undefined {
  const whole = scanJson(text, text.length);
  if (whole.end !== undefined) {
    return { text: text.slice(0, whole.end), lost: text.slice(whole.end).trim().length, isCut: false };
  }
  const { safe } = whole;
  if (safe === undefined) return undefined;
  const open = scanJson(text, safe).open.reverse().join('');
  return { text: text.slice(0, safe) + open, lost: text.length - safe, isCut: true };
}

/** Reads the structure of a text up to `until`. */
function scanJson(text: string, until: number): { end?: number; safe?: number; open: string[] } {
  /** What ends the objects and lists that are open. */
  const open: string[] = [];
  let safe: number | undefined;
  let inString = false;
  for (let at = 0; at < until; at++) {
    const letter = text[at]!;
    if (inString) {
      if (letter === '\\') at++;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '{' || letter === '[') {
      open.push(letter === '{' ? '}' : ']');
      safe = at + 1;
    } else if (letter === ',') safe = at;
    else if (letter === '}' || letter === ']') {
      if (open.pop() !== letter) break;
      safe = at + 1;
      if (open.length === 0) return { end: safe, safe, open };
    }
  }
  return { ...(safe !== undefined && { safe }), open };
}

/** An object's text with apiVersion and kind, where it has none. */
function withType(text: string, { apiVersion, kind }: Wanted): string {
  const object = jsonObject(text);
  if (!object || (object.get('apiVersion') && object.get('kind'))) return text;
  return toJson(
    new Map([['apiVersion', apiVersion], ['kind', kind], ...object, ['apiVersion', apiVersion], ['kind', kind]]),
  );
}

function jsonObject(text: string): Fields | undefined {
  try {
    const value = parseJson(text);
    return value instanceof Map ? value : undefined;
  } catch {
    return undefined;
  }
}
