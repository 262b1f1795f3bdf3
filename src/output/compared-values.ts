/** Values as they are compared: the object in them where there is one, else their text. */
import { createHash } from 'node:crypto';
import type { Context } from '../base/contract.js';
import { Failure } from '../base/errors.js';
import { AtRest } from '../k8s-decode/encryption/at-rest.js';
import { describeEncrypted, isEncrypted, SealedValue } from '../k8s-decode/encryption/describe.js';
import { decodeStored, encodingOf, type Fields, loadSchemaFor } from '../k8s-decode/index.js';
import { field, type Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { readableBytes } from './bytes.js';

/** What is in a value. */
export interface ComparedValue {
  /** The whole object, managedFields too. */
  object: Fields | undefined;
  /** What is compared and shown: the object as it is to be seen, or the text; bytes that are neither by their size and hash. */
  shown: Value;
  /** The same as lines. */
  text: string;
}

export interface ComparedOptions {
  /** Keeps metadata.managedFields in what is shown. */
  managedFields: boolean;
}

/** Reads the values of one run. */
export class ComparedValues {
  private readonly atRest: AtRest;
  private readonly decodes: boolean;

  constructor(
    { options }: Context,
    private readonly show: ComparedOptions,
  ) {
    this.atRest = new AtRest(options.encryptionConfig);
    this.decodes = options.decode !== 'none';
  }

  async read(key: Buffer, value: Buffer): Promise<ComparedValue> {
    const plain = this.decodes ? await this.opened(key, value) : value;
    if (typeof plain === 'string') return { object: undefined, shown: plain, text: `${plain}\n` };
    const object = this.decodes ? await objectIn(plain) : undefined;
    if (!object) return textual(plain);
    const shown = this.show.managedFields ? object : withoutManagedFields(object);
    return { object, shown, text: toYaml(shown) };
  }

  /** What stands in place of a value that cannot be opened tells who encrypted it, and whether it is still the same. */
  private async opened(key: Buffer, value: Buffer): Promise<Buffer | string> {
    if (!isEncrypted(value)) return value;
    try {
      return await this.atRest.open(key, value);
    } catch (error) {
      if (!(error instanceof SealedValue)) throw error;
      const { provider, keyName } = describeEncrypted(value)!;
      return `(encrypted by ${provider} with key ${JSON.stringify(keyName)}: ${sizeAndHash(value)})`;
    }
  }
}

async function objectIn(value: Buffer): Promise<Fields | undefined> {
  if (encodingOf(value) === undefined) return undefined;
  const loading = loadSchemaFor(value);
  if (loading) await loading;
  try {
    return decodeStored(value).object;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function textual(value: Buffer): ComparedValue {
  const text = readableBytes(value);
  if (typeof text !== 'string' || /[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text)) {
    const told = `(binary: ${sizeAndHash(value)})`;
    return { object: undefined, shown: told, text: `${told}\n` };
  }
  return { object: undefined, shown: text, text: text === '' || text.endsWith('\n') ? text : `${text}\n` };
}

function sizeAndHash(value: Buffer): string {
  return `${value.length} bytes, SHA-256 ${createHash('sha256').update(value).digest('hex').slice(0, 16)}…`;
}

/** The object without the record of who owns which field. */
export function withoutManagedFields(object: Fields): Fields {
  const metadata = field(object, 'metadata');
  if (!(metadata instanceof Map) || !metadata.has('managedFields')) return object;
  const kept = new Map(metadata);
  kept.delete('managedFields');
  return new Map(object).set('metadata', kept);
}
