/**
 * Encryption at rest: values that begin with `k8s:enc:PROVIDER:VERSION:KEYNAME:`, opened with the keys of an
 * EncryptionConfiguration. What a value says about itself needs none of this: see describe.ts.
 */
import { readFile } from 'node:fs/promises';
import { ExitCode, Failure } from '../../base/errors.js';
import type { Opened } from './any-key.js';
import { loadSecretbox, type Open, openCbc, openGcm } from './ciphers.js';
import { type NamedKey, type Provider, parseEncryptionConfig, type Rule } from './config.js';
import { describeEncrypted, type Encrypted, EncryptedValue } from './describe.js';
import { KmsOpener, type Unwrap } from './kms.js';
import { coversKey } from './resource.js';

export { describeEncrypted, type Encrypted, EncryptedValue, isEncrypted } from './describe.js';
export { findEncryptionConfig } from './find-config.js';

/** Opens encrypted values. */
export class Decryptor {
  private readonly kms: KmsOpener;

  /** @param unwrap asks a KMS plugin for a data key */
  constructor(
    private readonly rules: Rule[],
    private readonly unwrap: Unwrap,
  ) {
    this.kms = new KmsOpener(unwrap);
  }

  /**
   * What was encrypted in a value; one that is not encrypted comes back as it is.
   *
   * @param key the etcd key of the value, whole: most ciphers bind the value to it
   * @throws Failure that names the provider and the key that the value wants
   */
  async decrypt(key: Buffer | string, value: Buffer): Promise<Buffer> {
    const encrypted = describeEncrypted(value);
    if (encrypted === undefined) return value;
    const etcdKey = typeof key === 'string' ? Buffer.from(key) : key;
    let failure: Failure | undefined;
    for (const provider of this.providers(etcdKey.toString())) {
      try {
        const opened = await this.open(provider, value, etcdKey);
        if (opened !== undefined) return opened;
      } catch (error) {
        failure = error instanceof Failure ? error : undefined;
        failure ??= new Failure('the key of that name does not open it');
      }
    }
    throw this.cannotOpen(encrypted, etcdKey, failure);
  }

  /** What the keys make of a value whose own words of its key are wrong; {@link openWithAnyKey}. */
  async *decryptAnyhow(etcdKeys: readonly Buffer[], value: Buffer): AsyncGenerator<Opened> {
    const { openWithAnyKey } = await import('./any-key.js');
    yield* openWithAnyKey(this.rules, this.unwrap, etcdKeys, value);
  }

  /**
   * The providers for a key's resource: the first rule that covers it counts, as in the API server. All of them where the
   * configuration does not mention it.
   */
  private providers(etcdKey: string): Provider[] {
    const covering: Rule[] = [];
    for (const rule of this.rules) {
      const covers = rule.resources.map((pattern) => coversKey(pattern, etcdKey));
      if (covers.some((cover) => cover !== 'no')) covering.push(rule);
      if (covers.includes('surely')) break;
    }
    return (covering.length > 0 ? covering : this.rules).flatMap((rule) => rule.providers);
  }

  /** Undefined where the provider has no key of the name that the value has in front. */
  private async open(provider: Provider, value: Buffer, etcdKey: Buffer): Promise<Buffer | undefined> {
    if (provider.type === 'identity') return undefined;
    if (provider.type === 'kms') {
      const payload = behindPrefix(value, `k8s:enc:kms:${provider.version}:${provider.name}:`);
      return payload && this.kms.open(provider, payload, etcdKey);
    }
    const open = await openerOf(provider.type);
    return openWithKeys(open, provider.keys, value, `k8s:enc:${provider.type}:v1:`, etcdKey);
  }

  private cannotOpen(
    { provider, version, keyName }: Encrypted,
    etcdKey: Buffer,
    cause: Failure | undefined,
  ): EncryptedValue {
    const name = provider === 'kms' ? `kms ${version}` : provider;
    const reason = cause?.message ?? 'the EncryptionConfiguration has no such key';
    return new EncryptedValue(`${etcdKey}: encrypted by ${name} with key ${JSON.stringify(keyName)}: ${reason}`, {
      ...(cause?.hint === undefined ? {} : { hint: cause.hint }),
      cause,
    });
  }
}

/** Two keys of one name are both tried: the last failure counts. */
function openWithKeys(open: Open, keys: NamedKey[], value: Buffer, prefix: string, etcdKey: Buffer) {
  let failure: unknown;
  for (const { name, secret } of keys) {
    const sealed = behindPrefix(value, `${prefix}${name}:`);
    if (sealed === undefined) continue;
    try {
      return open(secret, sealed, etcdKey);
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

function behindPrefix(value: Buffer, prefix: string): Buffer | undefined {
  const bytes = Buffer.from(prefix);
  return value.subarray(0, bytes.length).equals(bytes) ? value.subarray(bytes.length) : undefined;
}

async function openerOf(type: 'aescbc' | 'aesgcm' | 'secretbox'): Promise<Open> {
  if (type === 'secretbox') return loadSecretbox();
  return type === 'aescbc' ? openCbc : openGcm;
}

/**
 * A decryptor with the keys of an EncryptionConfiguration.
 * @param path its file, or OpenShift's archive of static pods, which has it in it
 * @param unwrap asks the KMS plugin of a provider for a data key
 */
export async function openDecryptor(path: string, unwrap: Unwrap): Promise<Decryptor> {
  return new Decryptor(await readRules(path), unwrap);
}

/**
 * The rules of an EncryptionConfiguration.
 * @param path its file, or OpenShift's archive of static pods, which has it in it
 * @throws Failure that tells what is wrong with the file, and never what is in it
 */
export async function readRules(path: string): Promise<Rule[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new Failure(`cannot read the EncryptionConfiguration ${path}: ${(error as Error).message}`, {
      exitCode: ExitCode.IO,
      cause: error,
    });
  }
  const { configInArchive, isArchive } = await import('./static-pods.js');
  return parseEncryptionConfig(isArchive(bytes) ? configInArchive(path, bytes) : bytes.toString());
}
