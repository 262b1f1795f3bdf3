import { TextBuffer } from '../json/text-buffer.js';
import { type Fields, JsonText, type Value } from '../value.js';
import { layoutOf } from './order.js';
import { fitsLine, isOrdinary, scalarText } from './scalar.js';

const indentStep = 2;
const newline = 0x0a;
const space = 0x20;

let buffer: TextBuffer | undefined;

/**
 * The YAML text of `value`, to the byte as `kubectl -o yaml` lays it out (sigs.k8s.io/yaml): fields sorted, list
 * items not indented under their key, long strings folded. It ends with a newline.
 */
export function toYaml(value: Value): string {
  return written(value).toString();
}

/** The same as UTF-8, valid until the next call of either: for whoever copies it at once. */
export function yamlBytes(value: Value): Buffer {
  return written(value).view();
}

function written(value: Value): TextBuffer {
  buffer ??= new TextBuffer();
  buffer.clear();
  node(buffer, value, 0, 0);
  return buffer;
}

/**
 * A value that begins at `column` of a line that is there already, down to the end of its last line.
 *
 * @param indent of the collection that holds it, or its own where it is one
 */
function node(out: TextBuffer, value: Value, indent: number, column: number): void {
  if (value instanceof Map) {
    if (value.size > 0) mapping(out, value, indent);
    else out.text('{}\n');
  } else if (Array.isArray(value)) {
    if (value.length > 0) list(out, value, indent);
    else out.text('[]\n');
  } else if (typeof value === 'string') {
    string(out, value, indent + indentStep, column);
  } else if (value instanceof JsonText) {
    if (value.isNumber) out.text(`${value.text}\n`);
    // YAML has no two members of one name.
    else string(out, value.text, indent + indentStep, column);
  } else {
    out.text(typeof value === 'number' ? numberText(value) : String(value));
    out.byte(newline);
  }
}

function string(out: TextBuffer, text: string, indent: number, column: number): void {
  if (fitsLine(text, column) && isOrdinary(text)) {
    out.text(text);
    out.byte(newline);
  } else {
    out.text(scalarText(text, indent, column));
  }
}

function list(out: TextBuffer, items: Value[], indent: number): void {
  for (let index = 0; index < items.length; index++) {
    if (index > 0) out.spaces(indent);
    out.text('- ');
    nested(out, items[index]!, indent);
  }
}

/** A value after an indicator that takes one step: a collection begins on the same line. */
function nested(out: TextBuffer, value: Value, indent: number): void {
  const isCollection = typeof value === 'object' && value !== null;
  node(out, value, isCollection ? indent + indentStep : indent, indent + indentStep);
}

function mapping(out: TextBuffer, fields: Fields, indent: number): void {
  const { names, keys } = layoutOf(fields);
  for (let index = 0; index < names.length; index++) {
    if (index > 0) out.spaces(indent);
    const name = names[index]!;
    const key = keys[index];
    if (key === undefined) complexMember(out, name, fields.get(name)!, indent);
    else member(out, key, fields.get(name)!, indent);
  }
}

/** One field, from its name to the end of its last line. */
function member(out: TextBuffer, key: string, value: Value, indent: number): void {
  out.text(key);
  if (Array.isArray(value) && value.length > 0) {
    out.byte(newline);
    out.spaces(indent);
    list(out, value, indent);
  } else if (value instanceof Map && value.size > 0) {
    out.byte(newline);
    out.spaces(indent + indentStep);
    mapping(out, value, indent + indentStep);
  } else {
    out.byte(space);
    node(out, value, indent, indent + key.length + 1);
  }
}

/** A field whose name is long or has lines: `? name`, and the value on a line of its own. */
function complexMember(out: TextBuffer, name: string, value: Value, indent: number): void {
  const inner = indent + indentStep;
  out.text(`? ${scalarText(name, inner, inner)}`);
  out.spaces(indent);
  out.text(': ');
  nested(out, value, indent);
}

/**
 * A number as it looks after Go has written it to JSON and read it back: a whole number that 64 bits hold in digits,
 * anything else in the shortest of Go's notations, with an exponent from a million on.
 */
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  // The double of -2^63 is written with digits of a number below it.
  if (Number.isInteger(value) && value > -(2 ** 63) && value < 2 ** 64) return String(value);
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
