/** Values as they are compared: the object in them where there is one, else their text. */
import { createHash } from 'node:crypto';
import { Failure } from '../base/errors.js';
import type { Fields } from '../k8s-decode/index.js';
import { withoutManagedFields } from '../k8s-decode/protobuf/field-mask.js';
import type { Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { readableBytes } from './bytes.js';
import type { Context } from './context.js';

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

/** Reads values to compare them. */
export class ComparedValues {
  constructor(
    private readonly context: Context,
    private readonly show: ComparedOptions,
  ) {}

  async read(key: Buffer, value: Buffer): Promise<ComparedValue> {
    if (this.context.options.decode === 'none') return textual(value);
    const { plain, encrypted, exact: object } = await (await this.context.values()).read(key, value);
    if (object instanceof Map) {
      const shown = this.show.managedFields ? object : withoutManagedFields(object);
      const text = textOf(shown);
      // One that is too much text is compared as the bytes that it is.
      if (text !== undefined) return { object, shown, text };
    }
    if (plain) return textual(plain);
    // Who encrypted it, and whether it is still the same.
    const who = `encrypted by ${encrypted?.provider} with key ${JSON.stringify(encrypted?.keyName)}`;
    const told = `(${who}: ${sizeAndHash(value)})`;
    return { object: undefined, shown: told, text: `${told}\n` };
  }
}

function textOf(shown: Fields): string | undefined {
  try {
    return toYaml(shown);
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
