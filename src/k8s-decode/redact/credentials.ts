/** What is taken for a credential, by its name or by how it looks. */
import type { Draft, Redacted } from './draft.js';

/** Ends of names, without `-`, `_` and `.`, whose texts are credentials. */
const NAME =
  /(?:passw(?:or)?ds?|passphrases?|pwd|tokens?|secret|additionalsecrets|apikeys?|accesskey(?:id)?s?|secretkeys?|privatekeys?|clientkey|clientkeydata|authkey|encryptionkey|signingkey|credentials?|kubeconfig|connectionstring|dsn)$/;

/** The same few names come over and over: what was found of them is kept. */
function remembered<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let found = known.get(name);
    if (found !== undefined) return found;
    found = find(name);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(name, found);
    return found;
  };
}

const MOST_REMEMBERED = 10_000;

/** Whether a field, a map's key or a flag of this name holds a credential. */
export const isCredentialName = remembered((name) => NAME.test(name.toLowerCase().replaceAll(/[-_.]/g, '')));

const ANNOTATION = /passw|passphrase|token|secret|credential|api-?key|private-?key|access-?key|kubeconfig/i;
/** Ends of names of annotations that only point to a credential. */
const POINTER = /(?:name|namespace|ref|type|uid|version|class|checksum|expiry|expires|not-after|rotat\w*|enabled)$/i;

/** Annotations in which a tool keeps the whole of an object. */
const APPLIED = /last-applied|[./-]applied|original-object/i;

/** What an annotation of this name holds: a credential, an object as it was applied, or something else. */
export const annotationSort = remembered((name): 'credential' | 'applied' | 'other' => {
  if (ANNOTATION.test(name) && !POINTER.test(name)) return 'credential';
  return APPLIED.test(name) ? 'applied' : 'other';
});

/** A flag whose value is the next argument. */
export function isCredentialFlag(argument: string): boolean {
  return argument.startsWith('-') && !argument.includes('=') && isCredentialName(argument);
}

/** A text without any of these has no credential in it. */
const ANY = /eyJ|PRIVATE KEY|LS0tLS1C|:\/\/|pass|pwd|token|secret|key|credential|bearer|basic/i;

/** The first group is what is taken out. */
const LOOKS: readonly RegExp[] = [
  // A JSON web token.
  /\b(eyJ[\w-]{8,4000}\.[\w-]{8,4000}\.[\w-]*)/g,
  // The password of a URL.
  /:\/\/[^\s/:@"'\\]*:([^\s/@"'\\]+)@/g,
  // A header of HTTP.
  /\b(?:bearer|basic)\s+([\w+/=.~-]{8,})/gi,
  // `--password=…`, `"token": "…"`, `apiKey: …`; what is in quotes as a whole.
  /(?:passw(?:or)?d|passphrase|pwd|token|secret|api[-_]?key|access[-_]?key|private[-_]?key|credentials?)\\?["']?\s*[=:]\s*\\?["']([^"'\\]+)/gi,
  /(?:passw(?:or)?d|passphrase|pwd|token|secret|api[-_]?key|access[-_]?key|private[-_]?key|credentials?)\\?["']?\s*[=:]\s*([^\s"'\\,;&<>{}[\]]+)/gi,
];

/** Takes the credentials out of a text that may be anything. */
export function redactText(draft: Draft, what: Redacted, start: number, end: number): void {
  const text = draft.bytes.latin1Slice(start, end);
  if (!ANY.test(text)) return;
  for (const look of LOOKS) {
    for (const match of text.matchAll(look)) {
      const from = start + match.index + match[0].lastIndexOf(match[1]!);
      draft.fill(what, from, from + match[1]!.length);
    }
  }
}

/**
 * What is looked for in whole values, without the letters before it: a search is fast when the first letter is a rare one.
 * `-----BEGIN` in base64 comes at the start of a key in base64, and `{"alg":`, `{"typ":` and `{"kid":` at that of a token.
 */
const PRIVATE_KEY = { before: 'PRI', rest: Buffer.from('VATE KEY-----') };
const PACKED_KEY = { before: '', rest: Buffer.from('LS0tLS1CRUdJTi') };
const TOKENS = ['JhbGciOi', 'J0eXAiOi', 'JraWQiOi'].map((rest) => ({ before: 'ey', rest: Buffer.from(rest) }));
const KEY_END = Buffer.from('-----END');

/** Takes private keys and tokens out of a whole value, in whatever fields they are. */
export function redactKeys(draft: Draft): void {
  const { bytes } = draft;
  for (const at of apart(placesOf(bytes, PRIVATE_KEY), (place) => keyEnd(bytes, place))) {
    draft.fillLetters('credential', at + KEY_HEAD, keyEnd(bytes, at));
  }
  for (const at of apart(placesOf(bytes, PACKED_KEY), (place) => runEnd(bytes, place, isBase64))) {
    const end = runEnd(bytes, at, isBase64);
    const isKey = Buffer.from(bytes.latin1Slice(at, end), 'base64').includes('PRIVATE KEY');
    if (isKey) draft.fillBase64('credential', at, end);
  }
  for (const token of TOKENS) {
    for (const at of apart(placesOf(bytes, token), (place) => runEnd(bytes, place, isToken))) {
      const end = runEnd(bytes, at, isToken);
      if (bytes.latin1Slice(at, end).includes('.')) draft.fill('credential', at, end);
    }
  }
}

/** Places without those that lie in what an earlier one covers. */
function apart(places: readonly number[], endOf: (place: number) => number): readonly number[] {
  if (places.length < 2) return places;
  let done = 0;
  return places.filter((at) => {
    if (at < done) return false;
    done = endOf(at);
    return true;
  });
}

const KEY_HEAD = 'PRIVATE KEY-----'.length;

/** Where a private key ends whose head is here: at once, where this is the line at the end of one. */
function keyEnd(bytes: Buffer, at: number): number {
  const start = at + KEY_HEAD;
  if (/-----END [A-Z0-9 ]*$/.test(bytes.latin1Slice(Math.max(0, at - 40), at))) return start;
  const end = bytes.indexOf(KEY_END, start);
  return end < 0 ? bytes.length : end;
}

/** Where a text begins that ends with `rest`. */
function placesOf(bytes: Buffer, { before, rest }: { before: string; rest: Buffer }): readonly number[] {
  let at = bytes.indexOf(rest);
  if (at < 0) return NONE;
  const places: number[] = [];
  for (; at >= 0; at = bytes.indexOf(rest, at + 1)) {
    const start = at - before.length;
    if (start >= 0 && bytes.latin1Slice(start, at) === before) places.push(start);
  }
  return places;
}

const NONE: readonly number[] = [];

/** Where the run of such letters ends that begins at `start`. */
function runEnd(bytes: Buffer, start: number, isOfRun: (byte: number) => boolean): number {
  let at = start;
  while (at < bytes.length && isOfRun(bytes[at]!)) at++;
  return at;
}

function isWord(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** Letters, digits, `+`, `/` and `=`. */
function isBase64(byte: number): boolean {
  return isWord(byte) || byte === 0x2b || byte === 0x2f || byte === 0x3d;
}

/** Letters, digits, `_`, `-` and `.`. */
function isToken(byte: number): boolean {
  return isWord(byte) || byte === 0x5f || byte === 0x2d || byte === 0x2e;
}
