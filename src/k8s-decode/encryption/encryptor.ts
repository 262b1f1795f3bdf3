/** Encryption at rest as the API server would write it: by the first provider of the resource, and its first key. */
import { randomBytes } from 'node:crypto';
import { Failure } from '../../base/errors.js';
import { loadSecretboxSeal, type Seal, sealCbc, sealExpandedGcm, sealGcm } from './ciphers.js';
import type { Provider, Rule } from './config.js';
import { describeEncrypted, type Encrypted } from './describe.js';
import { type KmsPlugins, type KmsProvider, readKms, type WrappedKey, writeKms } from './kms.js';
import { coversResource } from './resource.js';

/** A data key, or the seed of some, that the plugin has wrapped. */
interface DataKey {
  secret: Buffer;
  wrapped: WrappedKey;
}

/** Bytes of a data key, and of a seed. */
const DATA_KEY_BYTES = 32;

/** What the API server takes of a plugin: a longer one it would refuse to read. */
const MOST_BYTES = 1024;

/** How values of a resource are written. `plain`: as they are. */
export type Way = 'plain' | (Encrypted & { provider: string });

/** Seals values. Data keys of KMS providers are made once a run. */
export class Encryptor {
  private readonly dataKeys = new Map<KmsProvider, Promise<DataKey>>();

  constructor(
    private readonly rules: readonly Rule[],
    private readonly plugins: KmsPlugins,
  ) {}

  /** Whether a rule covers the resource: of no other does the API server read encrypted values. */
  covers(resource: string): boolean {
    return this.ruleOf(resource) !== undefined;
  }

  /**
   * How a value of the resource is written.
   * @param resource `secrets`, `deployments.apps`
   */
  way(resource: string): Way {
    const provider = this.providerOf(resource);
    if (provider.type === 'identity') return 'plain';
    if (provider.type === 'kms') return { provider: 'kms', version: provider.version, keyName: provider.name };
    return { provider: provider.type, version: 'v1', keyName: provider.keys[0]!.name };
  }

  /** Whether a plain value of the resource is one that the API server reads. */
  readsPlain(resource: string): boolean {
    const rule = this.ruleOf(resource);
    return !rule || rule.providers.some(({ type }) => type === 'identity');
  }

  /**
   * Whether a value is as it would be written today. Of a KMS plugin of version 2 the name of its key counts, too.
   * @throws Failure where the plugin has to be asked, and does not answer
   */
  async isCurrent(resource: string, value: Buffer): Promise<boolean> {
    const provider = this.providerOf(resource);
    const how = describeEncrypted(value);
    if (provider.type === 'identity') return how === undefined;
    if (!how) return false;
    const prefix = prefixOf(provider);
    if (!value.subarray(0, prefix.length).equals(prefix)) return false;
    if (provider.type !== 'kms' || provider.version === 'v1') return true;
    const { wrapped } = await this.dataKey(provider);
    return readKms(provider, value.subarray(prefix.length)).wrapped.keyId === wrapped.keyId;
  }

  /**
   * @param etcdKey the whole key under which it will stand: most ciphers bind the value to it
   * @param resembles a value that is stored there: an API server that writes KMS v2 without seeds may be too old to read them
   */
  async seal(resource: string, etcdKey: Buffer, plain: Buffer, resembles?: Buffer): Promise<Buffer> {
    const provider = this.providerOf(resource);
    if (provider.type === 'identity') return plain;
    const prefix = prefixOf(provider);
    if (provider.type !== 'kms') {
      const seal = await sealOf(provider.type);
      return Buffer.concat([prefix, seal(provider.keys[0]!.secret, plain, etcdKey)]);
    }
    const { secret, wrapped } = await this.dataKey(provider);
    const isSeed = provider.version === 'v2' && !isWithoutSeed(provider, prefix, resembles);
    const sealed = (isSeed ? sealExpandedGcm : sealGcm)(secret, plain, etcdKey);
    return Buffer.concat([prefix, writeKms(provider, { wrapped, sealed, isSeed })]);
  }

  private ruleOf(resource: string): Rule | undefined {
    return this.rules.find(({ resources }) => resources.some((pattern) => coversResource(pattern, resource)));
  }

  private providerOf(resource: string): Provider {
    const [provider] = this.ruleOf(resource)?.providers ?? [];
    if (provider && 'keys' in provider && provider.keys.length === 0) {
      throw new Failure(`the EncryptionConfiguration has no key for ${provider.type}`);
    }
    return provider ?? { type: 'identity' };
  }

  private dataKey(provider: KmsProvider): Promise<DataKey> {
    let dataKey = this.dataKeys.get(provider);
    if (!dataKey) {
      dataKey = this.newDataKey(provider);
      this.dataKeys.set(provider, dataKey);
    }
    return dataKey;
  }

  /** A key that the plugin cannot give back would be the loss of all that is sealed with it: it is asked for it. */
  private async newDataKey(provider: KmsProvider): Promise<DataKey> {
    const secret = randomBytes(DATA_KEY_BYTES);
    const wrapped = await this.plugins.wrap(provider, secret);
    const isSound =
      wrapped.ciphertext.length > 0 &&
      wrapped.ciphertext.length <= MOST_BYTES &&
      (provider.version === 'v1' || (wrapped.keyId.length > 0 && wrapped.keyId.length <= MOST_BYTES)) &&
      (await this.plugins.unwrap(provider, wrapped)).equals(secret);
    if (isSound) return { secret, wrapped };
    throw new Failure(
      `KMS plugin ${provider.name} at ${provider.endpoint} does not give back a key that it has wrapped`,
    );
  }
}

function prefixOf(provider: Exclude<Provider, { type: 'identity' }>): Buffer {
  const [version, name] = provider.type === 'kms' ? [provider.version, provider.name] : ['v1', provider.keys[0]!.name];
  return Buffer.from(`k8s:enc:${provider.type}:${version}:${name}:`);
}

async function sealOf(type: 'aescbc' | 'aesgcm' | 'secretbox'): Promise<Seal> {
  if (type === 'secretbox') return loadSecretboxSeal();
  return type === 'aescbc' ? sealCbc : sealGcm;
}

/** Whether a value is one of KMS v2 as releases before 1.28 wrote it. */
function isWithoutSeed(provider: KmsProvider, prefix: Buffer, value: Buffer | undefined): boolean {
  if (!value?.subarray(0, prefix.length).equals(prefix)) return false;
  return !readKms(provider, value.subarray(prefix.length)).isSeed;
}
