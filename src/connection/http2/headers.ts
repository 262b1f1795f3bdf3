import type { Field } from './hpack/tables.js';

/** A response's fields by name, in lower case. Of a name that comes twice the values stand behind each other, with a comma. */
export type Headers = ReadonlyMap<string, string>;

/** A field of HTTP/1 that means a connection: HTTP/2 has none of them (RFC 9113 §8.2.2). */
const OF_CONNECTIONS = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade']);
/** Control characters, spaces, capitals, and what is beyond ASCII; a colon is only in front of a pseudo-header (§8.2.1). */
const BAD_NAME = /[^!-9;-@[-~]/;
/** Zero and a line's end (§8.2.1). Spaces at either end are taken, as Go's client takes them: servers' messages may have them. */
const BAD_VALUE = /[\0\r\n]/;

/** The head of a response. @throws Malformed */
export function readHead(fields: readonly Field[]): { status: number; headers: Headers } {
  const first = fields[0];
  if (first?.[0] !== ':status' || !/^[1-9]\d\d$/.test(first[1])) throw new Malformed('no status in front');
  return { status: Number(first[1]), headers: readFields(fields.slice(1)) };
}

/** The fields behind a response's body, or behind its status. @throws Malformed */
export function readFields(fields: readonly Field[]): Headers {
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    if (name === '' || BAD_NAME.test(name)) throw new Malformed(`the name ${JSON.stringify(name)}`);
    if (BAD_VALUE.test(value)) throw new Malformed(`the value of ${name}`);
    if (OF_CONNECTIONS.has(name)) throw new Malformed(`${name}, which HTTP/2 does not have`);
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** A response is malformed (§8.1.1): its stream ends, the connection goes on. */
export class Malformed extends Error {}
