import { Reader, Writer } from 'protobufjs/minimal.js';
import { Failure } from '../../base/errors.js';
import { openCbc, openExpandedGcm, openGcm } from './ciphers.js';
import type { Provider } from './config.js';

export type KmsProvider = Extract<Provider, { type: 'kms' }>;

/** A data key, or the seed of one, as the plugin wrapped it. */
export interface WrappedKey {
  ciphertext: Buffer;
  /** The plugin's name of the key that it was wrapped with; v2 only. */
  keyId: string;
  annotations: Map<string, Buffer>;
}

/** Has the plugin of a provider unwrap a data key. */
export type Unwrap = (provider: KmsProvider, wrapped: WrappedKey) => Promise<Buffer>;

/** Has the plugin of a provider wrap a data key, or a seed. */
type Wrap = (provider: KmsProvider, dataKey: Buffer) => Promise<WrappedKey>;

/** The plugins of KMS providers. */
export interface KmsPlugins {
  unwrap: Unwrap;
  wrap: Wrap;
}

/** What stands behind the prefix: a data key, and what was sealed with it. */
interface KmsValue {
  wrapped: WrappedKey;
  sealed: Buffer;
  isSeed: boolean;
}

const mostCachedKeys = 1000;

/** Opens the values of KMS providers. A data key serves for many values: each is unwrapped once. */
export class KmsOpener {
  private readonly dataKeys = new Map<string, Promise<Buffer>>();

  constructor(private readonly unwrap: Unwrap) {}

  async open(provider: KmsProvider, payload: Buffer, etcdKey: Buffer): Promise<Buffer> {
    const value = readKms(provider, payload);
    const dataKey = await this.dataKey(provider, value.wrapped);
    if (provider.version === 'v2') return (value.isSeed ? openExpandedGcm : openGcm)(dataKey, value.sealed, etcdKey);
    // Kubernetes 1.25 changed the cipher, and reads both.
    try {
      return openGcm(dataKey, value.sealed, etcdKey);
    } catch {
      return openCbc(dataKey, value.sealed, etcdKey);
    }
  }

  private dataKey(provider: KmsProvider, wrapped: WrappedKey): Promise<Buffer> {
    const id = `${provider.name} ${wrapped.keyId} ${wrapped.ciphertext.toString('base64')}`;
    let dataKey = this.dataKeys.get(id);
    if (dataKey === undefined) {
      if (this.dataKeys.size >= mostCachedKeys) this.dataKeys.clear();
      dataKey = this.unwrap(provider, wrapped);
      this.dataKeys.set(id, dataKey);
      dataKey.catch(() => this.dataKeys.delete(id));
    }
    return dataKey;
  }
}

/** @param payload what stands behind the prefix */
export function readKms({ version }: KmsProvider, payload: Buffer): KmsValue {
  return version === 'v1' ? readV1(payload) : readV2(payload);
}

/** What stands behind the prefix. */
export function writeKms({ version }: KmsProvider, { wrapped, sealed, isSeed }: KmsValue): Buffer {
  const { ciphertext, keyId, annotations } = wrapped;
  if (version === 'v1') {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(ciphertext.length);
    return Buffer.concat([length, ciphertext, sealed]);
  }
  const writer = Writer.create().uint32(10).bytes(sealed).uint32(18).string(keyId).uint32(26).bytes(ciphertext);
  for (const [name, bytes] of annotations) {
    writer.uint32(34).fork().uint32(10).string(name).uint32(18).bytes(bytes).ldelim();
  }
  if (isSeed) writer.uint32(40).int32(1);
  return Buffer.from(writer.finish());
}

/** v1: the length of the wrapped key in two bytes, big-endian; the wrapped key; the sealed value. */
function readV1(payload: Buffer): KmsValue {
  const end = payload.length < 2 ? 2 : 2 + payload.readUInt16BE();
  if (end > payload.length) throw new Failure('the value is cut short');
  const ciphertext = payload.subarray(2, end);
  return { wrapped: { ciphertext, keyId: '', annotations: new Map() }, sealed: payload.subarray(end), isSeed: false };
}

/** v2: a message {1 sealed value, 2 key ID, 3 wrapped key, 4 annotations {1 name, 2 bytes}, 5 type: 1 is a seed}. */
function readV2(payload: Buffer): KmsValue {
  const wrapped: WrappedKey = { ciphertext: Buffer.alloc(0), keyId: '', annotations: new Map() };
  const value: KmsValue = { wrapped, sealed: Buffer.alloc(0), isSeed: false };
  const reader = Reader.create(payload);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) value.sealed = Buffer.from(reader.bytes());
    else if (tag === 18) wrapped.keyId = reader.string();
    else if (tag === 26) wrapped.ciphertext = Buffer.from(reader.bytes());
    else if (tag === 34) readAnnotation(reader, wrapped.annotations);
    else if (tag === 40) value.isSeed = reader.int32() === 1;
    else reader.skipType(tag & 7);
  }
  return value;
}

export function readAnnotation(reader: Reader, annotations: Map<string, Buffer>): void {
  const end = reader.uint32() + reader.pos;
  let name = '';
  let bytes: Buffer = Buffer.alloc(0);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 10) name = reader.string();
    else if (tag === 18) bytes = Buffer.from(reader.bytes());
    else reader.skipType(tag & 7);
  }
  annotations.set(name, bytes);
}
