/** Tries every key on a value whose own words about its key are wrong: one that was renamed, or lost what stands in front. */
import { loadSecretbox, type Open, openCbc, openGcm } from './ciphers.js';
import type { Provider, Rule } from './config.js';
import { KmsOpener, type KmsProvider, type Unwrap } from './kms.js';

/** A value that a key opened. */
export interface Opened {
  plain: Buffer;
  /** `aescbc key1` */
  by: string;
}

const PREFIX = /^k8s:enc:[^:]*:[^:]*:/;

/** How a stored object begins, but for YAML: padding alone does not tell a wrong key of AES-CBC. */
const BEGINNING = /^(?:k8s\0|\{|\xd9\xd9\xf7|k8s:enc:)/;

/**
 * What the keys of an EncryptionConfiguration make of a value, whatever it says of its provider and its key.
 * @param etcdKeys the keys to which it may be bound
 */
export async function* openWithAnyKey(
  rules: readonly Rule[],
  unwrap: Unwrap,
  etcdKeys: readonly Buffer[],
  value: Buffer,
): AsyncGenerator<Opened> {
  const kms = new KmsOpener(unwrap);
  const seen = new Set<string>();
  for (const provider of rules.flatMap(({ providers }) => providers)) {
    for (const way of await waysOf(provider, kms)) {
      const id = `${way.by} ${way.id}`;
      if (seen.has(id)) continue;
      seen.add(id);
      for (const payload of payloadsOf(value)) {
        for (const etcdKey of etcdKeys) {
          const plain = await attempt(() => way.open(payload, etcdKey));
          if (plain && BEGINNING.test(plain.toString('latin1', 0, 8))) yield { plain, by: way.by };
        }
      }
    }
  }
}

interface Way {
  by: string;
  id: string;
  open(payload: Buffer, etcdKey: Buffer): Promise<Buffer> | Buffer;
}

async function waysOf(provider: Provider, kms: KmsOpener): Promise<Way[]> {
  if (provider.type === 'identity') return [];
  if (provider.type === 'kms') return [kmsWay(provider, kms)];
  const open: Open =
    provider.type === 'secretbox' ? await loadSecretbox() : provider.type === 'aescbc' ? openCbc : openGcm;
  return provider.keys.map(({ name, secret }) => ({
    by: `${provider.type} ${name}`,
    id: secret.toString('base64'),
    open: (payload, etcdKey) => open(secret, payload, etcdKey),
  }));
}

function kmsWay(provider: KmsProvider, kms: KmsOpener): Way {
  return {
    by: `kms ${provider.version} ${provider.name}`,
    id: provider.endpoint,
    open: (payload, etcdKey) => kms.open(provider, payload, etcdKey),
  };
}

/** What may be sealed: all of it, or what is behind the provider and a name, which may have colons. */
function payloadsOf(value: Buffer): Buffer[] {
  const head = PREFIX.exec(value.toString('latin1', 0, 400))?.[0].length;
  if (head === undefined) return [value];
  const payloads: Buffer[] = [];
  for (let at = value.indexOf(':', head); at >= 0 && at < head + 256; at = value.indexOf(':', at + 1)) {
    payloads.push(value.subarray(at + 1));
  }
  return payloads;
}

async function attempt(open: () => Promise<Buffer> | Buffer): Promise<Buffer | undefined> {
  try {
    return await open();
  } catch {
    return undefined;
  }
}
