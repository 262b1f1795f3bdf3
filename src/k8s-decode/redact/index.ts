/** Takes what is secret out of stored values, and puts as many bytes in its place. */
import { createHmac, randomBytes } from 'node:crypto';
import { Cursor } from '../../base/wire/cursor.js';
import { KeyValue } from '../../base/wire/key-value.js';
import { isEncrypted } from '../encryption/describe.js';
import { readEnvelope } from '../envelope.js';
import { encodingOf } from '../index.js';
import { loadSchema } from '../protobuf/registry.js';
import { StoredReader } from '../protobuf/wire.js';
import { redactKeys, redactText } from './credentials.js';
import { Draft, type Redacted } from './draft.js';
import { Plans } from './message.js';
import type { NameMap } from './names.js';
import { ObjectRedactor, type RedactRules, redactJson } from './object.js';
import { cborParts, JsonParts, NotReadable } from './tree.js';

export type { Redacted } from './draft.js';
export { NameMap, resourceInKey } from './names.js';

interface RedactOptions extends RedactRules {
  /** Leaves values that are encrypted at rest as they are. */
  keepEncrypted: boolean;
  /** Replaces values that are not Kubernetes', too. */
  other: boolean;
  /** What hashes names; without it they stay. */
  names?: NameMap | undefined;
  tally: RedactTally;
}

/** Told what is done, a value after the other. */
interface RedactTally {
  nextValue(key: string): void;
  take(what: Redacted, bytes: number): void;
  /** A value that is not Kubernetes' was left. */
  keep(): void;
  /** One that is encrypted was left. */
  keepEncrypted(): void;
}

/** What keys of a cluster begin with. */
const ROOTS = /^\/(?:registry|kubernetes\.io|openshift\.io)\//;

/** Whether a key is one of a Kubernetes cluster. */
function isKubernetesKey(key: string): boolean {
  return ROOTS.test(key);
}

/** `k8s:enc:PROVIDER:VERSION:KEYNAME:` */
const ENCRYPTED = /^k8s:enc:[^:]*:[^:]*:[^:]*:/;

/** Where the object lies in a value's envelope, and of what type it is. */
interface TypedBytes {
  apiVersion: string;
  kind: string;
  contentType: string;
  offset: number;
  end: number;
}

/** `k8s\0`, and what follows the object: an encoding and a type of its content, both empty. */
const ENVELOPE_MAGIC = 4;
const ENVELOPE_END = 0x1a002200;

/** The bytes that name the type, with their tag and length; '' where they are longer than those of any type. */
function typeMetaOf(bytes: Buffer): string {
  const length = bytes[ENVELOPE_MAGIC + 1] ?? 0;
  return length > 127 ? '' : bytes.latin1Slice(ENVELOPE_MAGIC, Math.min(bytes.length, ENVELOPE_MAGIC + 2 + length));
}

const OF_TOKENS = 'tokens/';

/** OpenShift's tokens for its API are called as they are; those that begin with `sha256~` by their hash. */
function tokenIn(key: string): string {
  return /^\/[^/]+\/oauth\/(?:access|authorize)tokens\/(?:sha256~)?(.*)$/.exec(key)?.[1] ?? '';
}

export class Redactor {
  private readonly plans: Plans;
  private readonly salt = randomBytes(32);
  /** By {@link typeMetaOf}. */
  private readonly types = new Map<string, { apiVersion: string; kind: string }>();

  private readonly told: (what: Redacted, bytes: number) => void;
  /**
   * V8 throws away what it compiled for objects of a shape when none of them is left at a collection, which here would be all the time:
   * one of each stays.
   */
  readonly kept: readonly object[];

  constructor(private readonly options: RedactOptions) {
    this.told = (what, bytes) => options.tally.take(what, bytes);
    const draft = new Draft(Buffer.from('{"a":["b",1,null]}'), this.told, options.names);
    const reader = new JsonParts(draft.bytes, 0, draft.bytes.length);
    const cursor = new Cursor(draft.bytes);
    this.kept = [
      cursor,
      new KeyValue(Buffer.alloc(0)),
      draft,
      reader,
      reader.value(0),
      new ObjectRedactor(draft, options, 'json'),
    ];
    this.plans = new Plans(options, options.names !== undefined);
  }

  /** Changes a key in place. */
  key(key: Buffer): void {
    const { names } = this.options;
    if (!names && !key.includes(OF_TOKENS)) return;
    const text = key.toString('latin1');
    const token = tokenIn(text);
    if (token !== '') key.write(this.hidden(token), key.length - token.length, 'latin1');
    else if (names && isKubernetesKey(text)) key.write(names.inKey(text), 'latin1');
  }

  /** Of the same length, and the same for the same token. */
  private hidden(token: string): string {
    const hash = createHmac('sha256', this.salt).update(token).digest('hex');
    return hash.repeat(Math.ceil(token.length / hash.length)).slice(0, token.length);
  }

  /** Changes a value in place; a promise only where something has to be loaded for it. */
  value(key: string, value: Buffer): void | Promise<void> {
    const token = key.includes(OF_TOKENS) ? tokenIn(key) : '';
    if (token !== '') {
      const hidden = this.hidden(token);
      for (let at = value.indexOf(token); at >= 0; at = value.indexOf(token, at + token.length))
        value.write(hidden, at, 'latin1');
    }
    return this.redacted(key, value);
  }

  private redacted(key: string, value: Buffer): void | Promise<void> {
    const { tally, names } = this.options;
    tally.nextValue(key);
    const draft = new Draft(value, this.told, names);
    if (isEncrypted(value)) return this.encrypted(draft);
    const encoding = encodingOf(value);
    if (encoding === 'protobuf') return this.protobuf(draft);
    if (encoding === 'cbor') this.cbor(draft);
    else if (encoding === 'yaml' && (isKubernetesKey(key) || isObject(value))) return this.yaml(draft);
    else if (encoding === 'json' && (isKubernetesKey(key) || isObject(value))) {
      redactJson(draft, this.options, 0, value.length, 'unreadable value');
    } else this.other(key, draft);
    redactKeys(draft);
  }

  private encrypted(draft: Draft): void {
    const head = ENCRYPTED.exec(draft.bytes.latin1Slice(0, Math.min(400, draft.bytes.length)))?.[0].length ?? 0;
    if (this.options.keepEncrypted) this.options.tally.keepEncrypted();
    else draft.fill('encrypted value', head, draft.bytes.length);
  }

  private protobuf(draft: Draft): void | Promise<void> {
    const known = this.knownType(draft.bytes);
    if (known) return this.message(draft, known);
    try {
      const { raw, ...envelope } = readEnvelope(new StoredReader(draft.bytes));
      const typed = { ...envelope, end: envelope.offset + raw.length };
      const loading = loadSchema(envelope.apiVersion);
      this.types.set(typeMetaOf(draft.bytes), typed);
      return loading ? loading.then(() => this.message(draft, typed)) : this.message(draft, typed);
    } catch (error) {
      unreadable(draft, error, 0);
    }
  }

  /** The envelope of a value whose type came before, by the bytes that it begins with: to read each would take longer than the rest. */
  private knownType(bytes: Buffer): TypedBytes | undefined {
    const typeMeta = typeMetaOf(bytes);
    const type = this.types.get(typeMeta);
    const cursor = new Cursor(bytes, ENVELOPE_MAGIC + typeMeta.length);
    try {
      if (!type || cursor.varint() !== 18) return undefined;
      const end = cursor.skipBytes();
      // Behind the object stand two empty strings.
      if (end + 4 !== bytes.length || bytes.readUInt32BE(end) !== ENVELOPE_END) return undefined;
      return { apiVersion: type.apiVersion, kind: type.kind, contentType: '', offset: cursor.bytesStart, end };
    } catch {
      return undefined;
    }
  }

  private message(draft: Draft, { apiVersion, kind, offset, end, contentType }: TypedBytes): void {
    try {
      if (contentType === 'application/json') redactJson(draft, this.options, offset, end, 'unreadable value');
      // What a kind that is not known here holds cannot be told.
      else if (!this.plans.redact(draft, apiVersion, kind, offset, end)) draft.fill('unreadable value', offset, end);
      redactKeys(draft);
    } catch (error) {
      unreadable(draft, error, offset);
    }
  }

  private cbor(draft: Draft): void {
    try {
      new ObjectRedactor(draft, this.options, 'plain').part(cborParts(draft.bytes), '');
    } catch (error) {
      unreadable(draft, error, 0);
    }
  }

  private async yaml(draft: Draft): Promise<void> {
    const { redactYaml } = await import('./yaml.js');
    redactYaml(draft, this.options);
    redactKeys(draft);
  }

  private other(key: string, draft: Draft): void {
    const { length } = draft.bytes;
    // The revision of the last compaction, which the API server keeps.
    if (key === 'compact_rev_key') return;
    if (isKubernetesKey(key)) draft.fill('unreadable value', 0, length);
    else if (this.options.other) draft.fill('other value', 0, length);
    else {
      this.options.tally.keep();
      redactText(draft, 'credential', 0, length);
    }
  }
}

/** Whether a text begins as an object does: other programs keep JSON in etcd, too. */
function isObject(value: Buffer): boolean {
  const head = value.toString('latin1', 0, 4096);
  return /["\n ]?apiVersion["\n ]?:/.test(head) && /["\n ]?kind["\n ]?:/.test(head);
}

/** Takes all out of what cannot be read. */
function unreadable(draft: Draft, error: unknown, from: number): void {
  if (!(error instanceof RangeError || error instanceof NotReadable)) throw error;
  draft.fill('unreadable value', from, draft.bytes.length);
}
