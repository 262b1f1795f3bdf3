/**
 * The values that a run reads: opened where they are encrypted at rest, decoded where Kubernetes' objects are in them. What stays
 * closed or is broken never hides the values beside it: it is told, and counted.
 */
import { errorLine, Failure } from '../base/errors.js';
import type { Opened } from '../k8s-decode/encryption/any-key.js';
import {
  describeEncrypted,
  type Encrypted,
  EncryptedValue,
  isEncrypted,
  noKeyFor,
} from '../k8s-decode/encryption/describe.js';
import type { Encryptor } from '../k8s-decode/encryption/encryptor.js';
import type { Decryptor } from '../k8s-decode/encryption/index.js';
import type { KmsPlugins } from '../k8s-decode/encryption/kms.js';
import {
  type DecodeOptions,
  type Decoder,
  decoderOf,
  type Encoding,
  encodingOf,
  type FieldMask,
  type Stored,
} from '../k8s-decode/index.js';
import { parseJson } from '../k8s-decode/json/json.js';
import { type Fields, JsonText } from '../k8s-decode/value.js';

export interface StoredValuesOptions {
  /** Path of an EncryptionConfiguration; without it the one that this node's API server has, if any. */
  encryptionConfig?: string | undefined;
  /**
   * Whether the values are those of this node's etcd. Of another one the node's configuration is taken to write only what resembles a
   * value that it opens. Without it they are.
   */
  isOwnNode?: (() => Promise<boolean>) | undefined;
  /** Takes the text of what a user has to know: lines for standard error. */
  tell?: ((text: string) => void) | undefined;
  /** Told what is tried on the way to a key. */
  trace?: ((line: string) => void) | undefined;
}

/** What a run knows about values; one a run. The keys of an EncryptionConfiguration are read when the first value needs them. */
export class StoredValues {
  private keys: Promise<Keys | Failure | undefined> | undefined;
  private broken = 0;
  private hasToldEncrypted = false;

  constructor(private readonly options: StoredValuesOptions = {}) {}

  /** How many values were told of that could not be decoded: if any, the exit code is to be 1. */
  get undecodable(): number {
    return this.broken;
  }

  /**
   * What is in a value; a promise only where it is encrypted or a part of the schema has to be loaded for it.
   *
   * @param key the whole etcd key, which most ciphers bind the value to; empty where it is not known
   * @param fields what is wanted of the object: less is read faster
   * @throws Failure for an EncryptionConfiguration that was named and can't be used
   */
  read(key: Buffer, value: Buffer, fields?: FieldMask): StoredValue | Promise<StoredValue> {
    return isEncrypted(value) ? this.readEncrypted(key, value, fields) : decodable(key, value, fields);
  }

  private async readEncrypted(key: Buffer, value: Buffer, fields?: FieldMask): Promise<StoredValue> {
    const encrypted = describeEncrypted(value);
    try {
      return await decodable(key, await this.open(key, value), fields, encrypted);
    } catch (error) {
      if (!(error instanceof EncryptedValue)) throw error;
      return new StoredValue(undefined, error, encrypted);
    }
  }

  /**
   * A value without its encryption at rest.
   * @throws EncryptedValue that names the provider and the key that it wants; Failure for a configuration that can't be used
   */
  async open(key: Buffer, value: Buffer): Promise<Buffer> {
    const encrypted = describeEncrypted(value);
    if (!encrypted) return value;
    this.keys ??= this.openKeys();
    const keys = await this.keys;
    if (keys && !(keys instanceof Failure)) return keys.decryptor.decrypt(key, value);
    throw noKeyFor(encrypted, key.length === 0 ? undefined : key.toString());
  }

  /** Says why a value is not shown as an object, if there is anything to say: once a run of encrypted ones, always of broken ones. */
  tell(value: StoredValue): void {
    const { reason } = value;
    if (reason instanceof EncryptedValue) this.tellEncrypted(reason);
    // Text that only looks like an object is nothing to complain of.
    else if (reason && value.isMarked) this.tellBroken(reason);
  }

  /** Says why an object cannot be shown, and counts it. */
  tellBroken({ message }: Failure): void {
    this.broken++;
    this.options.tell?.(errorLine(message));
  }

  /** Warns of the first value whose key is not at hand. No failure: nobody has all keys. */
  private tellEncrypted({ message, hint }: EncryptedValue): void {
    if (this.hasToldEncrypted) return;
    this.hasToldEncrypted = true;
    this.options.tell?.(`warning: ${message}\n${hint === undefined ? '' : `Hint: ${hint}\n`}`);
  }

  /**
   * A value as it is written to etcd: sealed by the first provider of its resource, where there is an EncryptionConfiguration.
   *
   * @param resource `secrets`, `deployments.apps`; undefined for what is never encrypted
   * @param resembles a value of the resource that is stored: what is written has to be of the same cluster
   * @throws Failure where what is stored is encrypted and its key is not at hand, or the configuration cannot be that of this cluster
   */
  async seal(
    key: Buffer,
    plain: Buffer,
    resource: string | undefined,
    resembles: KeyedValue | undefined,
  ): Promise<Buffer> {
    const encryptor = await this.encryptor(resembles);
    if (!encryptor || resource === undefined) {
      const encrypted = resembles && describeEncrypted(resembles.value);
      if (encrypted) throw noKeyFor(encrypted, resembles.key.toString());
      return plain;
    }
    if (resembles) await this.requireSameCluster(encryptor, resource, resembles);
    const sealed = await encryptor.seal(resource, key, plain, resembles?.value);
    if (sealed !== plain && !(await this.open(key, sealed)).equals(plain)) {
      throw new Failure(`${key}: what was encrypted does not open again; nothing was written`);
    }
    return sealed;
  }

  /**
   * What encrypts as the API server would; undefined where there is no EncryptionConfiguration, or one that may be another cluster's.
   * @param resembles a value of the cluster
   * @throws Failure for one that is there and cannot be used: what is written without it would not be encrypted
   */
  async encryptor(resembles?: KeyedValue): Promise<Encryptor | undefined> {
    this.keys ??= this.openKeys();
    const keys = await this.keys;
    if (!keys || !(await this.isOfCluster(keys, resembles))) return undefined;
    if (keys instanceof Failure) throw keys;
    return keys.encryptor;
  }

  private async isOfCluster(keys: Keys | Failure, resembles: KeyedValue | undefined): Promise<boolean> {
    const { encryptionConfig, isOwnNode } = this.options;
    if (encryptionConfig || !isOwnNode || (await isOwnNode())) return true;
    if (keys instanceof Failure || !resembles || !isEncrypted(resembles.value)) return false;
    return keys.decryptor.decrypt(resembles.key, resembles.value).then(
      () => true,
      () => false,
    );
  }

  private async requireSameCluster(encryptor: Encryptor, resource: string, { key, value }: KeyedValue): Promise<void> {
    if (isEncrypted(value)) await this.open(key, value);
    else if (!encryptor.readsPlain(resource)) {
      throw new Failure(`${key} is not encrypted, and the EncryptionConfiguration has no identity for ${resource}`, {
        hint: 'an API server with it could not read what is there: --encryption-config names another one',
      });
    }
  }

  /** What the keys at hand make of a value that {@link open} does not open, whatever it says of its key. */
  async *openAnyhow(etcdKeys: readonly Buffer[], value: Buffer): AsyncGenerator<Opened> {
    this.keys ??= this.openKeys();
    const keys = await this.keys;
    if (keys && !(keys instanceof Failure)) yield* keys.decryptor.decryptAnyhow(etcdKeys, value);
  }

  /** A configuration that nobody named and that cannot be used is kept as the reason: to read, nobody needs it. */
  private async openKeys(): Promise<Keys | Failure | undefined> {
    const { encryptionConfig, trace } = this.options;
    const { Decryptor, findEncryptionConfig, readRules } = await import('../k8s-decode/encryption/index.js');
    const path = encryptionConfig || findEncryptionConfig();
    if (path === undefined) return undefined;
    try {
      const rules = await readRules(path);
      const { Encryptor } = await import('../k8s-decode/encryption/encryptor.js');
      const plugins = lazyPlugins(trace);
      return { decryptor: new Decryptor(rules, plugins.unwrap), encryptor: new Encryptor(rules, plugins) };
    } catch (error) {
      if (encryptionConfig || !(error instanceof Failure)) throw error;
      trace?.(error.message);
      return error;
    }
  }
}

/** What an EncryptionConfiguration has the keys for. */
interface Keys {
  decryptor: Decryptor;
  encryptor: Encryptor;
}

/** A value and where it stands. */
export interface KeyedValue {
  key: Buffer;
  value: Buffer;
}

/** The KMS plugins behind their sockets; the client for that is loaded when one is asked. */
function lazyPlugins(trace: StoredValuesOptions['trace']): KmsPlugins {
  let plugins: Promise<KmsPlugins> | undefined;
  const load = (): Promise<KmsPlugins> => {
    plugins ??= import('./kms-plugin.js').then(({ kmsPlugins }) => kmsPlugins(trace));
    return plugins;
  };
  return {
    unwrap: async (provider, wrapped) => (await load()).unwrap(provider, wrapped),
    wrap: async (provider, dataKey) => (await load()).wrap(provider, dataKey),
  };
}

function decodable(key: Buffer, plain: Buffer, fields?: FieldMask, encrypted?: Encrypted) {
  const decoder = decoderOf(plain);
  const options: DecodeOptions = key.length > 0 ? { key, fields } : { fields };
  const made = ({ encoding, decode }: Decoder) =>
    new StoredValue(plain, { encoding, decode: () => decode(options) }, encrypted);
  return decoder instanceof Promise ? decoder.then(made) : made(decoder);
}

/** A value that was opened, as far as it can be; it is decoded when it is looked at, and once. */
export class StoredValue {
  private decoded: Stored | Failure | undefined;

  /**
   * @param plain the value without its encryption; undefined where it stays closed
   * @param source what decodes it, or why it stays closed
   * @param encrypted how it is encrypted in etcd, if it is
   */
  constructor(
    readonly plain: Buffer | undefined,
    private readonly source: Decoder | Failure,
    readonly encrypted?: Encrypted,
  ) {}

  /** How the object is stored, by the first bytes; undefined where there is none, or it stays closed. */
  get encoding(): Encoding | undefined {
    return this.source instanceof Failure ? undefined : this.source.encoding;
  }

  /** The object in it; undefined where there is none, or it cannot be read: {@link reason} tells why. */
  get stored(): Stored | undefined {
    this.decoded ??= this.decodeOrFailure();
    return this.decoded instanceof Failure ? undefined : this.decoded;
  }

  /** The same for whoever shows it: what is stored as JSON keeps its numbers as they stand there, and members of one name. */
  get exact(): Fields | JsonText | undefined {
    if (this.encoding !== 'json' || !this.plain) return this.stored?.object;
    try {
      const value = parseJson(this.plain, { isExact: true });
      return value instanceof Map || value instanceof JsonText ? value : undefined;
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }

  /** Why there is no object. */
  get reason(): Failure | undefined {
    return this.stored ? undefined : (this.decoded as Failure);
  }

  /** Whether it is marked as an object. */
  get isMarked(): boolean {
    return isMark(this.encoding);
  }

  private decodeOrFailure(): Stored | Failure {
    if (this.source instanceof Failure) return this.source;
    try {
      return this.source.decode();
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }
}

/** Whether a value begins with the mark of Kubernetes' binary encodings, protobuf and CBOR: no text does. */
export function isMarked(value: Buffer): boolean {
  return isMark(encodingOf(value));
}

function isMark(encoding: Encoding | undefined): boolean {
  return encoding === 'protobuf' || encoding === 'cbor';
}
