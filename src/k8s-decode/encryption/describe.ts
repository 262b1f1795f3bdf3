import { Failure, type FailureOptions } from '../../base/errors.js';

/** How a value is encrypted, by its own words. */
export interface Encrypted {
  /** `aescbc`, `aesgcm`, `secretbox`, `kms` or another. */
  provider: string;
  version: string;
  /** Of the key, or for kms of the plugin. */
  keyName: string;
}

/** Why a value stays encrypted: its key is not there, or does not open it. The values beside it are shown all the same. */
export class EncryptedValue extends Failure {
  constructor(message: string, options: FailureOptions) {
    super(message, { errorCode: 'encrypted', ...options });
  }
}

const prefix = Buffer.from('k8s:enc:');

/** Whether a value is encrypted at rest. */
export function isEncrypted(value: Uint8Array): boolean {
  return prefix.every((byte, index) => value[index] === byte);
}

/** Who encrypted a value, and with which key; undefined where it is not encrypted. */
export function describeEncrypted(value: Uint8Array): Encrypted | undefined {
  if (!isEncrypted(value)) return undefined;
  const head = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 400)).toString('utf8');
  const [, , provider = '', version = '', keyName = ''] = head.split(':');
  return { provider, version, keyName };
}

/** What is said of an encrypted value when there is no EncryptionConfiguration. */
export function noKeyFor({ provider, version, keyName }: Encrypted, etcdKey: string | undefined): EncryptedValue {
  const name = provider === 'kms' ? `kms ${version}` : provider;
  const where = etcdKey === undefined ? '' : `${etcdKey}: `;
  return new EncryptedValue(`${where}encrypted by ${name} with key ${JSON.stringify(keyName)}`, {
    hint: "--encryption-config FILE takes the API server's EncryptionConfiguration",
  });
}

/** What stands in place of a value that stays closed. */
export function encryptedText({ provider, version, keyName }: Encrypted): string {
  const name = provider === 'kms' ? `kms ${version}` : provider;
  return `<encrypted: provider ${name}, key ${keyName}>`;
}

/** Whether a text is what {@link encryptedText} gives. */
export function isEncryptedText(text: string): boolean {
  return /^<encrypted: provider .*>$/.test(text);
}
