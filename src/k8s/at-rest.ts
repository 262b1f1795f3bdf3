/** Values without their encryption at rest. */
import { describeEncrypted, isEncrypted, noKeyFor } from '../k8s-decode/encryption/describe.js';
import type { Decryptor } from '../k8s-decode/encryption/index.js';

/** Opens encrypted values; the keys are read when the first comes. */
export class AtRest {
  private decryptor: Promise<Decryptor | undefined> | undefined;

  /** @param config path of an EncryptionConfiguration; without it the one that this node's API server has, if any */
  constructor(private readonly config: string | undefined) {}

  /**
   * The value that was encrypted; one that is not encrypted as it is.
   * @throws Failure that names the provider and the key that it wants
   */
  async open(key: Buffer, value: Buffer): Promise<Buffer> {
    if (!isEncrypted(value)) return value;
    this.decryptor ??= openDecryptor(this.config);
    const decryptor = await this.decryptor;
    if (!decryptor) throw noKeyFor(describeEncrypted(value)!, key.toString());
    return decryptor.decrypt(key, value);
  }
}

async function openDecryptor(config: string | undefined): Promise<Decryptor | undefined> {
  const encryption = await import('../k8s-decode/encryption/index.js');
  const path = config || encryption.findEncryptionConfig();
  return path === undefined ? undefined : encryption.openDecryptor(path);
}
