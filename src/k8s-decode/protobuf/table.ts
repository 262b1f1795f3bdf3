/**
 * The table of Kubernetes' types as schema/ generates it, and its reader.
 *
 * A line a message: its name, then its fields in the order of the Go struct, which is the order in JSON, each as
 * `NAME=NUMBER CARD TYPE OMIT` without the blanks: `containers=2[]Container`, `hostname=16s?`, `spec=2PodSpec?`.
 * - NAME is empty where the message's own fields stand in its place (Go's `inline`), and `-` where Kubernetes passes
 *   over the field.
 * - CARD: nothing for a value (which is always on the wire), `*` a pointer, `[]` a list, `{}` a map with string keys.
 * - TYPE: `s` string, `b` bool, `i` int32, `l` int64, `d` double, `y` bytes; a message of this package, or of another one
 *   as `core/v1.Container`; `@NAME` for what has a JSON form of its own (special.ts).
 * - OMIT: `?` omitempty, `!` omitzero, `~` not of every release that has the message (one dropped it, or added it as a struct,
 *   which is always written): shown and written only where it is set.
 */
import { Failure } from '../../base/errors.js';

/** The types of one group and version. */
export interface SchemaPackage {
  /** Its folder in Kubernetes' sources: `apps/v1`, `core/v1`, `meta/v1`. */
  name: string;
  /** The packages that its messages refer to. */
  uses: SchemaPackage[];
  /** The messages that are kinds (have a TypeMeta), parted by blanks. */
  kinds: string;
  /** The lines. */
  messages: string;
}

/** A message by its package and name. */
export interface MessageRef {
  schema: SchemaPackage;
  name: string;
}

/** A field of a message. */
export interface FieldEntry {
  name: string;
  number: number;
  card: '' | '*' | '[]' | '{}';
  type: string;
  omitEmpty: boolean;
  omitZero: boolean;
  onlyIfSet: boolean;
}

const linesOf = new WeakMap<SchemaPackage, Map<string, string>>();

/** The text of a message's fields, or undefined where the package has no such message. */
function messageLine({ schema, name }: MessageRef): string | undefined {
  let lines = linesOf.get(schema);
  if (!lines) {
    lines = new Map();
    for (const line of schema.messages.split('\n')) {
      const blank = line.indexOf(' ');
      if (blank < 0) lines.set(line, '');
      else lines.set(line.slice(0, blank), line.slice(blank + 1));
    }
    linesOf.set(schema, lines);
  }
  return lines.get(name);
}

/** Whether the package has the message. */
export function hasMessage(ref: MessageRef): boolean {
  return ref.name !== '' && messageLine(ref) !== undefined;
}

/** The fields of a message, in the order of its JSON. */
export function fieldsOf(ref: MessageRef): FieldEntry[] {
  const line = messageLine(ref);
  if (line === undefined) throw new Failure(`the schema has no message ${ref.schema.name}.${ref.name}`);
  return line === '' ? [] : line.split(' ').map(parseField);
}

function parseField(text: string): FieldEntry {
  const match = /^(.*?)=(\d+)(\*|\[\]|\{\}|)([^?!~]+)([?!~]*)$/.exec(text);
  if (!match) throw new Failure(`the schema has a malformed field: ${text}`);
  const [, name = '', number, card, type = '', omit = ''] = match;
  return {
    name,
    number: Number(number),
    card: card as FieldEntry['card'],
    type,
    omitEmpty: omit.includes('?'),
    omitZero: omit.includes('!'),
    onlyIfSet: omit.includes('~'),
  };
}

/** The message that a field's type (`Container`, `core/v1.Container`) names, seen from package `schema`. */
export function resolveMessage(schema: SchemaPackage, type: string): MessageRef {
  const dot = type.indexOf('.');
  if (dot < 0) return { schema, name: type };
  const home = type.slice(0, dot);
  const found = schema.uses.find((other) => other.name === home);
  if (!found) throw new Failure(`the schema of ${schema.name} does not know ${home}`);
  return { schema: found, name: type.slice(dot + 1) };
}
