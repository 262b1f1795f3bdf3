/** Opens values that are encrypted at rest, with whatever configuration there is; the keys are read when the first value comes. */
import { describeEncrypted, isEncrypted, noKeyFor } from './describe.js';
import type { Decryptor } from './index.js';

/** Values without their encryption, for one run. */
export class AtRest {
  private decryptor: Promise<Decryptor | undefined> | undefined;

  /**
   * @param config path of an EncryptionConfiguration; without it the one that this node's API server has, if any
   * @param trace told what is tried
   */
  constructor(
    private readonly config: string | undefined,
    private readonly trace?: (line: string) => void,
  ) {}

  /**
   * The value that was encrypted; one that is not encrypted as it is.
   * @throws SealedValue that names the provider and the key that it wants; Failure for a configuration that can't be used
   */
  async open(key: Buffer | string, value: Buffer): Promise<Buffer> {
    if (!isEncrypted(value)) return value;
    this.decryptor ??= this.load();
    const decryptor = await this.decryptor;
    if (decryptor) return decryptor.decrypt(key, value);
    throw noKeyFor(describeEncrypted(value)!, key.length === 0 ? undefined : key.toString());
  }

  private async load(): Promise<Decryptor | undefined> {
    const encryption = await import('./index.js');
    if (this.config) return encryption.openDecryptor(this.config, this.trace);
    const found = encryption.findEncryptionConfig();
    if (found === undefined) return undefined;
    try {
      return await encryption.openDecryptor(found, this.trace);
    } catch (error) {
      // Nobody asked for it: values are shown as closed, and this tells why.
      this.trace?.(`${(error as Error).message}`);
      return undefined;
    }
  }
}
