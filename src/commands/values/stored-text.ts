/** A stored value, and its key where the text told it. */
export interface StoredValue {
  key?: string;
  value: Buffer;
  /** A line's end that it ends with may be no part of it. */
  hasLooseEnd?: true;
  /** Every line's end in it has a carriage return, as a terminal makes them: if it cannot be read, that is why. */
  mayBeSpoilt?: true;
}

const magics = ['k8s\0', 'k8s:enc:', '\xd9\xd9\xf7'].map((magic) => Buffer.from(magic, 'latin1'));

/** Whether `bytes` begin as a value does that Kubernetes stores: protobuf, encrypted, CBOR, JSON or YAML. */
export function beginsStored(bytes: Buffer): boolean {
  if (magics.some((magic) => bytes.subarray(0, magic.length).equals(magic))) return true;
  return /^\s*\{|^(?:apiVersion|kind|metadata):/.test(bytes.toString('latin1', 0, 64));
}

/**
 * The values in what is no JSON stream: one value as it is stored, in hex or in base64 (or one on each line), or what
 * `etcdctl get` printed: a line with the key, then the value, as often as it likes. Undefined where there is none.
 */
export function storedValues(input: Buffer): StoredValue[] | undefined {
  if (throughTerminal(input)) return [spoilt(input)];
  if (beginsStored(input)) return printedValues(input);
  const text = input.toString('latin1').trim();
  const values = /^[\x20-\x7e\s]*$/.test(text) ? writtenOut(text) : undefined;
  if (values) return values.flatMap(printedValues);
  const found = printedValues(input);
  return found.some(({ value }) => beginsStored(value)) ? found : undefined;
}

/** Whether a terminal may have made CR LF of every line's end, also of those bytes of a value that look like one. */
function throughTerminal(input: Buffer): boolean {
  if (!input.includes(ENVELOPE) || !input.includes('\r\n')) return false;
  for (let at = input.indexOf(newline); at >= 0; at = input.indexOf(newline, at + 1)) {
    if (input[at - 1] !== carriageReturn) return false;
  }
  return true;
}

/** Where the values end in such an input cannot be told: all of it is taken for one. */
function spoilt(input: Buffer): StoredValue {
  const start = input.indexOf(ENVELOPE);
  const [key] = input.toString('utf8', 0, start).trim().split(/\r\n/);
  return { ...(key && { key }), value: input.subarray(start), hasLooseEnd: true, mayBeSpoilt: true };
}

/** Values in hex or base64: one a line, or one over all lines. */
function writtenOut(text: string): Buffer[] | undefined {
  const whole = fromText(text.replace(/\s+/g, ''));
  const lines = text.split(/\s+/);
  const values = lines.map(fromText);
  if (lines.length > 1 && values.every((value) => value !== undefined)) return values;
  return whole && [whole];
}

/** A stored value out of hex (also `0x…` and etcdctl's `\x6b\x38…`) or base64. */
export function fromText(text: string): Buffer | undefined {
  const hex = text.replace(/^0x|\\x/g, '');
  const isHex = hex.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(hex);
  const value = isHex ? Buffer.from(hex, 'hex') : Buffer.from(text, 'base64');
  return beginsStored(value) && (isHex || /^[A-Za-z0-9+/_-]+=*$/.test(text)) ? value : undefined;
}

/** What `etcdctl get` printed: values, each with a line before that has its key, or without. */
function printedValues(input: Buffer): StoredValue[] {
  const values: StoredValue[] = [];
  let key: string | undefined;
  for (let at = 0; at < input.length; ) {
    const rest = input.subarray(at);
    if (key === undefined && (rest[0] === newline || !beginsStored(rest))) {
      const end = lineEnd(rest);
      if (end > 0) key = rest.toString('utf8', 0, end).replace(/\r$/, '');
      at += end + 1;
      continue;
    }
    const end = valueEnd(rest);
    const stored: StoredValue = { value: rest.subarray(0, end) };
    if (key !== undefined) stored.key = key;
    if (end === rest.length && rest.at(-1) === newline) stored.hasLooseEnd = true;
    values.push(stored);
    key = undefined;
    at += end + 1;
  }
  return values;
}

const ENVELOPE = 'k8s\0';
const newline = 0x0a;
const carriageReturn = 0x0d;

function lineEnd(bytes: Buffer): number {
  const end = bytes.indexOf(newline);
  return end < 0 ? bytes.length : end;
}

/** Where a value ends: protobuf knows, JSON is one line, anything else goes on to a line that begins like a key. */
function valueEnd(bytes: Buffer): number {
  const line = lineEnd(bytes);
  const last = bytes[line - 1] === carriageReturn ? line - 2 : line - 1;
  if (bytes[0] === 0x7b && bytes[last] === 0x7d) return line;
  const end = envelopeEnd(bytes) ?? bytes.indexOf('\n/registry/');
  return end < 0 ? bytes.length : end;
}

/**
 * Where the protobuf value ends that `bytes` begin with; undefined where they do not, or are cut short. Its envelope has
 * fields 1 to 4, each a length and so many bytes, in this order: so the line's end that etcdctl prints after it, which
 * looks like field 1, is not taken for one.
 */
function envelopeEnd(bytes: Buffer): number | undefined {
  if (bytes.toString('latin1', 0, 4) !== 'k8s\0') return undefined;
  let at = 4;
  for (let field = 1; field <= 4; field++) {
    if (bytes[at] !== ((field << 3) | 2)) continue;
    let length = 0;
    let shift = 0;
    do {
      at++;
      length += ((bytes[at] ?? 0) % 0x80) * 2 ** shift;
      shift += 7;
    } while ((bytes[at] ?? 0) >= 0x80 && shift < 35);
    at += 1 + length;
  }
  return at <= bytes.length ? at : undefined;
}
