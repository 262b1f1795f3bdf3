/** Values as people read them: the Kubernetes object in place of its bytes. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { GlobalOptions } from '../base/contract.js';
import { Failure } from '../base/errors.js';
import { isMarked, type StoredValue, type StoredValues } from '../k8s/values.js';
import { encryptedText, isEncrypted } from '../k8s-decode/encryption/describe.js';
import { encodingOf } from '../k8s-decode/index.js';
import { NO_MANAGED_FIELDS, withoutManagedFields } from '../k8s-decode/protobuf/field-mask.js';
import type { Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { readableBytes } from './bytes.js';

type Pair = Pick<IKeyValue, 'key' | 'value'>;

export interface TextOptions {
  decode: GlobalOptions['decode'];
  /** Whether the record of who owns which field is shown. */
  managedFields: boolean;
}

/**
 * A value as YAML where it is marked as an object of Kubernetes (with --decode k8s: where any object is in it), else what `raw`
 * makes of it. A promise only where it is encrypted or a part of the schema has to be loaded for it.
 */
export function decodedText(
  values: StoredValues,
  { key, value }: Pair,
  { decode, managedFields }: TextOptions,
  raw: (bytes: Buffer) => string | Buffer,
): Promise<string | Buffer> | string | Buffer {
  if (decode !== 'k8s' && !isMarked(value) && !isEncrypted(value)) return raw(value);
  const show = (read: StoredValue) => {
    const object = read.isMarked || decode === 'k8s' ? read.exact : undefined;
    const text =
      object instanceof Map ? textOf(values, key, managedFields ? object : withoutManagedFields(object)) : undefined;
    if (text !== undefined) return text.slice(0, -1);
    if (!object) values.tell(read);
    return read.plain ? raw(read.plain) : closedText(read);
  };
  const read = values.read(key, value, managedFields ? undefined : NO_MANAGED_FIELDS);
  return read instanceof Promise ? read.then(show) : show(read);
}

/** An object as YAML; undefined, and told, where that would be too much text. */
function textOf(values: StoredValues, key: Buffer, object: Value): string | undefined {
  try {
    return toYaml(object);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    values.tellBroken(new Failure(`${key}: ${error.message}`));
    return undefined;
  }
}

/**
 * The object in a value, or undefined where there is none; of an encrypted one what it holds, or what stands for it where it stays
 * closed. A broken one is told, and is as good as none.
 */
export async function decodedObject(values: StoredValues, { key, value }: Pair): Promise<Value | undefined> {
  if (!isEncrypted(value) && encodingOf(value) === undefined) return undefined;
  const read = await values.read(key, value);
  const object = read.encoding && read.exact;
  if (object) return object;
  values.tell(read);
  if (!read.plain) return closedText(read);
  // The stored bytes are of no use to whoever has the key.
  return read.encrypted ? readableBytes(read.plain) : undefined;
}

/** What stands in place of a value that stays encrypted. */
function closedText({ encrypted }: StoredValue): string {
  return encrypted ? encryptedText(encrypted) : '';
}
