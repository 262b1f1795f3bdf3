/** URLs as Go's net/url (1.19) reads and writes them: what an endpoint may be, and which error it gives otherwise. */
import { goQuote } from './quote.js';

export interface GoUrl {
  /** Lower case; '' if there is none. */
  scheme: string;
  /** What follows the scheme's colon where no slash does: `localhost:2379` is the scheme localhost. */
  opaque: string;
  /** With port, IPv6 addresses in brackets. */
  host: string;
  /** Decoded. */
  path: string;
  /** As it was given, where Go would write it so again: `/a%2Fb` is not `/a/b`. */
  rawPath?: string;
}

/**
 * Reads a URL; user, query and fragment are dropped, as an endpoint has no use for them.
 * @throws Error with Go's words: `parse "x": first path segment in URL cannot contain colon`.
 */
export function parseGoUrl(text: string): GoUrl {
  const bad = (why: string) => new Error(`parse ${goQuote(text)}: ${why}`);
  const whole = text.split('#', 1)[0]!;
  if (/[\x00-\x1f\x7f]/.test(whole)) throw bad('net/url: invalid control character in URL');
  if (whole.startsWith(':')) throw bad('missing protocol scheme');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(whole)?.[1] ?? '';
  const rest = whole.slice(scheme ? scheme.length + 1 : 0).split('?', 1)[0]!;
  const url: GoUrl = { scheme: scheme.toLowerCase(), opaque: '', host: '', path: '' };
  if (!rest.startsWith('/')) {
    if (scheme) return { ...url, opaque: rest };
    if (rest.split('/', 1)[0]!.includes(':')) throw bad('first path segment in URL cannot contain colon');
  }
  const authority = /^\/\/([^/]*)/.exec(rest)?.[1];
  if (authority !== undefined && (scheme || !rest.startsWith('///'))) {
    url.host = parseHost(authority.slice(authority.lastIndexOf('@') + 1), bad);
    return { ...url, ...pathOf(rest.slice(2 + authority.length), bad) };
  }
  return { ...url, ...pathOf(rest, bad) };
}

function parseHost(host: string, bad: (why: string) => Error): string {
  const bracket = host.lastIndexOf(']');
  if (host.startsWith('[') && bracket < 0) throw bad("missing ']' in host");
  const port = host.startsWith('[') ? host.slice(bracket + 1) : host.slice(host.lastIndexOf(':') >>> 0);
  if (!/^(:\d*)?$/.test(port)) throw bad(`invalid port ${goQuote(port)} after host`);
  const broken = /%(?![\da-f]{2}).{0,2}/is.exec(host);
  if (broken) throw bad(`invalid URL escape ${goQuote(broken[0])}`);
  const invalid = /[ \\^`{}|]/.exec(host);
  if (invalid) throw bad(`invalid character ${goQuote(invalid[0])} in host name`);
  return host;
}

function pathOf(given: string, bad: (why: string) => Error): Pick<GoUrl, 'path' | 'rawPath'> {
  const path = unescapePath(given, bad);
  return /^[\w.~!$&'()*+,;=:@[\]%/-]*$/.test(given) ? { path, rawPath: given } : { path };
}

function unescapePath(path: string, bad: (why: string) => Error): string {
  const broken = /%(?![\da-f]{2}).{0,2}/is.exec(path);
  if (broken) throw bad(`invalid URL escape ${goQuote(broken[0])}`);
  return decoded(path);
}

function decoded(path: string): string {
  return path.replace(/(%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** The text of a URL, with another path if one is given. */
export function goUrlText(url: GoUrl, path = url.path): string {
  if (url.opaque) return `${url.scheme}:${url.opaque}`;
  const scheme = url.scheme && `${url.scheme}:`;
  const slashes = url.host || (url.scheme && path) ? '//' : '';
  const slash = path && !path.startsWith('/') && url.host ? '/' : '';
  const isRaw = url.rawPath !== undefined && decoded(url.rawPath) === path;
  return `${scheme}${slashes}${url.host}${slash}${isRaw ? url.rawPath : escapePath(path)}`;
}

/** Percent-encodes a path as Go does: `$&+,/:;=@` and the unreserved characters stand for themselves. */
function escapePath(path: string): string {
  return percentEncode(Buffer.from(path), /[\w.~$&+,/:;=@-]/);
}

/** Percent-encodes a name or value of a query or form: a blank becomes `+`. */
function escapeQuery(value: string | Uint8Array): string {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return percentEncode(bytes, /[\w.~ -]/).replaceAll(' ', '+');
}

function percentEncode(bytes: Uint8Array, plain: RegExp): string {
  let text = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text += plain.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/** A query or form in the order of its names. Values may be bytes that are no text. */
export function encodeForm(values: Record<string, string | Uint8Array>): string {
  const names = Object.keys(values).sort();
  return names.map((name) => `${escapeQuery(name)}=${escapeQuery(values[name]!)}`).join('&');
}

/** Go's path.Clean for an absolute path, which keeps a slash at the end: the one form in which etcd knows a key. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const clean = `/${parts.join('/')}`;
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}
