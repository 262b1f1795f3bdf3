/** Finds the stored value in an input: after a key that was printed before it, as it is, or as JSON at the end. */
import { isEncrypted } from '../../k8s-decode/encryption/describe.js';
import { type Encoding, encodingOf } from '../../k8s-decode/index.js';

/** A value and how it is stored; `encrypted`: at rest, under a key. */
export interface Detected {
  encoding: Encoding | 'encrypted';
  value: Buffer;
}

/** How auger calls what a value is, in its messages. */
export const MEDIA_TYPES: Record<Detected['encoding'], string> = {
  protobuf: 'application/vnd.kubernetes.storagebinary',
  json: 'application/json',
  yaml: 'application/yaml',
  cbor: 'application/cbor',
  encrypted: 'encrypted',
};

const MAGIC = Buffer.from('k8s\0', 'latin1');

/** Undefined where there is no value. */
export function detect(input: Buffer): Detected | undefined {
  const at = input.indexOf(MAGIC);
  if (at >= 0) return { encoding: 'protobuf', value: input.subarray(at) };
  if (isEncrypted(input)) return { encoding: 'encrypted', value: input };
  const encoding = encodingOf(input);
  if (encoding === 'cbor' || encoding === 'yaml') return { encoding, value: input };
  const json = jsonAtEnd(input);
  return json && { encoding: 'json', value: json };
}

/** Bytes that may be looked through for JSON, as a multiple of the input: text full of brackets ends there. */
const MOST_WORK = 200;

/** The first stretch, from a bracket to the end, that is a JSON object or array. */
function jsonAtEnd(input: Buffer): Buffer | undefined {
  const end = input
    .toString('latin1', Math.max(0, input.length - 64))
    .trimEnd()
    .at(-1);
  if (end !== '}' && end !== ']') return undefined;
  let work = MOST_WORK * Math.max(input.length, 1024);
  for (let at = nextBracket(input, 0); at >= 0 && work > 0; at = nextBracket(input, at + 1)) {
    const rest = input.subarray(at);
    if (isJson(rest)) return rest;
    work -= rest.length;
  }
  return undefined;
}

function nextBracket(input: Buffer, from: number): number {
  const brace = input.indexOf(0x7b, from);
  const bracket = input.indexOf(0x5b, from);
  if (brace < 0 || bracket < 0) return Math.max(brace, bracket);
  return Math.min(brace, bracket);
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
