/** The key space of API v2: `/v2/keys`. */

import { encodeForm } from '../base/go/url.js';
import type { ClusterClient } from './cluster-client.js';
import { AnswerError } from './go-errors.js';
import type { HttpAnswer } from './http-transport.js';

/** A key or a directory. Indexes and times to live are exact: decimal strings. */
export interface Node {
  /** '' for the root. */
  key: string;
  dir: boolean;
  /** '' for a directory. */
  value: string;
  /** The children, if the request was for them. */
  nodes: Node[] | undefined;
  createdIndex: string;
  modifiedIndex: string;
  /** RFC 3339. */
  expiration: string | undefined;
  /** Seconds; '0' without. */
  ttl: string;
}

export interface KeysAnswer {
  /** get set create update delete compareAndSwap compareAndDelete expire */
  action: string;
  node: Node;
  prevNode: Node | undefined;
  /** The server's index at the time of the answer (of a wait: when it began). */
  index: string;
}

/** The server's refusal: 100 not found, 101 compare failed, 102 not a file, 104 not a directory, 105 exists, 107, 108, 110, 401 … */
class KeysError extends Error {
  constructor(
    readonly code: number,
    message: string,
    cause: string,
    index: string,
  ) {
    super(`${code}: ${message} (${cause}) [${index}]`);
  }
}

function notV2(status: number): AnswerError {
  return new AnswerError(
    status,
    'client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint',
  );
}

export interface SetOptions {
  /** Seconds; not above 0: none. */
  ttl?: bigint;
  dir?: boolean;
  prevExist?: boolean;
  /** '' and 0 compare nothing. */
  prevValue?: string;
  prevIndex?: bigint;
}

export interface DeleteOptions {
  dir?: boolean;
  recursive?: boolean;
  prevValue?: string;
  prevIndex?: bigint;
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

export class KeysApi {
  constructor(private readonly client: ClusterClient) {}

  async get(
    key: string,
    options: { recursive?: boolean; sorted?: boolean; quorum?: boolean },
    signal?: AbortSignal,
  ): Promise<KeysAnswer> {
    const { recursive = false, sorted = false, quorum = false } = options;
    const query = encodeForm({ recursive: `${recursive}`, sorted: `${sorted}`, quorum: `${quorum}` });
    return readAnswer(await this.client.do({ method: 'GET', path: keyPath(key), query }, signal));
  }

  /** Creates or changes a key or directory. One that must not exist yet is asked for once only. */
  async set(key: string, value: string | Uint8Array, options: SetOptions, signal?: AbortSignal): Promise<KeysAnswer> {
    const { dir = false, prevExist } = options;
    const query = encodeForm({
      ...(dir ? { dir: 'true' } : {}),
      ...conditions(dir ? { prevIndex: options.prevIndex ?? 0n } : options),
      ...(prevExist === undefined ? {} : { prevExist: `${prevExist}` }),
    });
    const body = encodeForm({ ...(dir ? {} : { value }), ...ttlField(options.ttl) });
    const call = { method: 'PUT', path: keyPath(key), query, body, headers: FORM, once: prevExist === false } as const;
    return readAnswer(await this.client.do(call, signal));
  }

  /** Creates a key whose name is the server's index, in a directory. */
  async createInOrder(dir: string, value: string | Uint8Array, ttl: bigint, signal?: AbortSignal): Promise<KeysAnswer> {
    const body = encodeForm({ value, ...ttlField(ttl) });
    return readAnswer(await this.client.do({ method: 'POST', path: keyPath(dir), body, headers: FORM }, signal));
  }

  async delete(key: string, options: DeleteOptions, signal?: AbortSignal): Promise<KeysAnswer> {
    const query = encodeForm({
      ...conditions(options),
      ...(options.dir ? { dir: 'true' } : {}),
      ...(options.recursive ? { recursive: 'true' } : {}),
    });
    const call = { method: 'DELETE', path: keyPath(key), query, headers: FORM, once: true } as const;
    return readAnswer(await this.client.do(call, signal));
  }

  /** The events of a key after an index (0: from now on), without end. */
  async *watch(key: string, afterIndex: bigint, recursive: boolean, signal: AbortSignal): AsyncGenerator<KeysAnswer> {
    let waitIndex = afterIndex > 0n ? afterIndex + 1n : 0n;
    while (true) {
      const query = encodeForm({ wait: 'true', waitIndex: `${waitIndex}`, recursive: `${recursive}` });
      const answer = await this.client.do({ method: 'GET', path: keyPath(key), query, wait: true }, signal);
      // A server (or a proxy) may end a wait without an event.
      if (answer.status < 300 && answer.body.length === 0) continue;
      const event = readAnswer(answer);
      waitIndex = BigInt(event.node.modifiedIndex) + 1n;
      yield event;
    }
  }
}

function keyPath(key: string): string {
  return `/v2/keys${key === '' || key.startsWith('/') ? '' : '/'}${key}`;
}

function conditions({ prevValue, prevIndex }: { prevValue?: string; prevIndex?: bigint }): Record<string, string> {
  return {
    ...(prevValue ? { prevValue } : {}),
    ...(prevIndex ? { prevIndex: `${BigInt.asUintN(64, prevIndex)}` } : {}),
  };
}

/** etcdctl makes nanoseconds of the seconds, in 64 bits. */
function ttlField(ttl = 0n): Record<string, string> {
  const nanoseconds = BigInt.asIntN(64, ttl * 1_000_000_000n);
  return nanoseconds > 0n ? { ttl: `${nanoseconds / 1_000_000_000n}` } : {};
}

/**
 * Reads the answer to a request for keys.
 * @throws KeysError for a refusal, AnswerError for what is not the answer of a v2 server
 */
export function readAnswer({ status, headers, body }: HttpAnswer): KeysAnswer {
  const text = body.toString();
  if (status !== 200 && status !== 201) throw readRefusal(status, text);
  if (text === '') throw new Error('client: response body is empty');
  const answer = parseExact(text, status) as RawAnswer | null;
  if (typeof answer?.node !== 'object') throw notV2(status);
  return {
    action: answer.action ?? '',
    node: readNode(answer.node),
    prevNode: answer.prevNode ? readNode(answer.prevNode) : undefined,
    index: String(headers['x-etcd-index'] || '0'),
  };
}

function readRefusal(status: number, text: string): Error {
  const refusal = parseExact(text, status) as RawRefusal | null;
  if (typeof refusal !== 'object' || refusal === null || Array.isArray(refusal)) return notV2(status);
  const { errorCode = 0, message = '', cause = '', index = 0 } = refusal;
  return new KeysError(errorCode, message, cause, String(index));
}

interface RawNode {
  key?: string;
  dir?: boolean;
  value?: string;
  nodes?: RawNode[];
  createdIndex?: number | string;
  modifiedIndex?: number | string;
  expiration?: string;
  ttl?: number | string;
}

interface RawAnswer {
  action?: string;
  node?: RawNode;
  prevNode?: RawNode;
}

interface RawRefusal {
  errorCode?: number;
  message?: string;
  cause?: string;
  index?: number | string;
}

function readNode(raw: RawNode): Node {
  return {
    key: raw.key ?? '',
    dir: raw.dir ?? false,
    value: raw.value ?? '',
    nodes: raw.nodes?.map(readNode),
    createdIndex: String(raw.createdIndex ?? 0),
    modifiedIndex: String(raw.modifiedIndex ?? 0),
    expiration: raw.expiration,
    ttl: String(raw.ttl ?? 0),
  };
}

/** JSON.parse, with numbers that a double might not hold as strings of their digits. */
function parseExact(text: string, status: number): unknown {
  const exact = /\d{16}/.test(text)
    ? text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}/gs, (token) => (token.startsWith('"') ? token : `"${token}"`))
    : text;
  try {
    return JSON.parse(exact);
  } catch {
    throw notV2(status);
  }
}
