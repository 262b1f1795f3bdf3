/** Where a list that was cut by `limit` goes on: `{"v":"meta.k8s.io/v1","rv":4850,"start":"shop/web\u0000"}` in base64url. */
import { posix } from 'node:path';
import { badRequest } from './status.js';

export interface Place {
  /** The revision of the whole list. */
  revision: bigint;
  /** The first key to read, behind the prefix of the resource. */
  start: string;
}

export function continueToken({ revision, start }: Place): string {
  const json = `{"v":"meta.k8s.io/v1","rv":${revision},"start":${JSON.stringify(start)}}`;
  return Buffer.from(json).toString('base64url');
}

/** @throws StatusError 400 in the API server's words */
export function readContinueToken(token: string): Place {
  const json = Buffer.from(token, 'base64url');
  const wrong = /[^A-Za-z0-9_-]/.exec(token) ?? (token.length % 4 === 1 ? { index: token.length - 1 } : undefined);
  if (wrong) throw invalid(`continue key is not valid: illegal base64 data at input byte ${wrong.index}`);
  const { v, rv, start } = parsed(json);
  if (v !== 'meta.k8s.io/v1') {
    throw invalid(`continue key is not valid: server does not recognize this encoded version ${v ?? ''}`);
  }
  if (!rv) throw invalid('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (!start) throw invalid('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  const path = start.startsWith('/') ? start : `/${start}`;
  // Nothing leads out of the resource.
  if (posix.normalize(path) !== path) throw invalid(`continue key is not valid: ${start}`);
  return { revision: BigInt(rv), start: path.slice(1) };
}

function parsed(json: Buffer): { v?: string; rv?: number; start?: string } {
  try {
    const value: unknown = JSON.parse(json.toString());
    if (typeof value === 'object' && value !== null) return checked(value as Record<string, unknown>);
  } catch {
    throw invalid(`continue key is not valid: ${goSyntaxError(json)}`);
  }
  throw invalid('continue key is not valid: json: cannot unmarshal it into Go value of type storage.continueToken');
}

function checked({ v, rv, start }: Record<string, unknown>): { v?: string; rv?: number; start?: string } {
  return {
    ...(typeof v === 'string' && { v }),
    ...(typeof rv === 'number' && Number.isSafeInteger(rv) && rv > 0 && { rv }),
    ...(typeof start === 'string' && { start }),
  };
}

/** What Go says of bytes that are no JSON: mostly the first of them. */
function goSyntaxError(json: Buffer): string {
  const text = json.toString('latin1').trimStart();
  if (text === '' || /^[{["]/.test(text)) return 'unexpected end of JSON input';
  const sign = text[0]!;
  const code = sign.charCodeAt(0);
  const shown = code < 0x20 || code > 0x7e ? `\\u${code.toString(16).padStart(4, '0')}` : sign === "'" ? "\\'" : sign;
  return `invalid character '${shown}' looking for beginning of value`;
}

function invalid(problem: string) {
  return badRequest(`invalid continue token: ${problem}`);
}
