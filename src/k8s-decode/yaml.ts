import type { Fields, Value } from './value.js';
import { sortedNames } from './yaml-order.js';
import { scalarText, simpleKey } from './yaml-scalar.js';

const indentStep = 2;

/**
 * The YAML text of `value`, to the byte as `kubectl -o yaml` lays it out (sigs.k8s.io/yaml): fields sorted, list
 * items not indented under their key, long strings folded. It ends with a newline.
 */
export function toYaml(value: Value): string {
  return value instanceof Map || Array.isArray(value) ? block(value, 0) : line(value, 0, 0);
}

/** A scalar and the end of its line, starting at `column` of a line, in a node that is indented by `indent`. */
function line(value: Exclude<Value, Value[] | Fields>, indent: number, column: number): string {
  if (typeof value === 'string') return scalarText(value, indent + indentStep, column);
  return typeof value === 'number' ? `${numberText(value)}\n` : `${value}\n`;
}

/** A collection whose first line is begun already, at column `indent`. */
function block(value: Value[] | Fields, indent: number): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]\n' : list(value, indent);
  return value.size === 0 ? '{}\n' : mapping(value, indent);
}

function list(items: Value[], indent: number): string {
  const start = `${' '.repeat(indent)}- `;
  let text = '';
  for (const item of items) {
    text += text === '' ? '- ' : start;
    text += item instanceof Map || Array.isArray(item) ? block(item, indent + 2) : line(item, indent, indent + 2);
  }
  return text;
}

function mapping(fields: Fields, indent: number): string {
  const margin = ' '.repeat(indent);
  let text = '';
  for (const name of sortedNames(fields)) {
    if (text !== '') text += margin;
    text += member(name, fields.get(name)!, indent, margin);
  }
  return text;
}

/** One field, from its name to the end of its last line. */
function member(name: string, value: Value, indent: number, margin: string): string {
  const key = simpleKey(name);
  if (key === undefined) return complexMember(name, value, indent, margin);
  if (Array.isArray(value)) return value.length === 0 ? `${key} []\n` : `${key}\n${margin}${list(value, indent)}`;
  if (!(value instanceof Map)) return `${key} ${line(value, indent, indent + key.length + 1)}`;
  return value.size === 0 ? `${key} {}\n` : `${key}\n${margin}  ${mapping(value, indent + indentStep)}`;
}

/** A field whose name is long or has lines: `? name`, and the value on a line of its own. */
function complexMember(name: string, value: Value, indent: number, margin: string): string {
  const inner = indent + indentStep;
  const isCollection = value instanceof Map || Array.isArray(value);
  const text = isCollection ? block(value, inner) : line(value, indent, inner);
  return `? ${scalarText(name, inner, inner)}${margin}: ${text}`;
}

/**
 * A number as it looks after Go has written it to JSON and read it back: a whole number that 64 bits hold in digits,
 * anything else in the shortest of Go's notations, with an exponent from a million on.
 */
function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) return String(value);
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
