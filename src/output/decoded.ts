/** Values as people read them: the Kubernetes object in place of its bytes. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { Context } from '../cli/command.js';
import { decodeStored, encodingOf, isStored, loadSchemaFor } from '../k8s-decode/index.js';
import type { Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml.js';
import { tellUndecodable } from './undecodable.js';

/** A value as YAML where Kubernetes' envelope (with --decode k8s: any object) is in it, else what `raw` makes of it. */
export function decodedValue(
  context: Context,
  kv: IKeyValue,
  raw: (bytes: Buffer) => string | Buffer,
): Promise<string | Buffer> | string | Buffer {
  const { value } = kv;
  if (!isStored(value) && context.options.decode !== 'k8s') return raw(value);
  const show = (object: Value | undefined) => (object === undefined ? raw(value) : toYaml(object).slice(0, -1));
  const object = decodedObject(context, kv);
  return object instanceof Promise ? object.then(show) : show(object);
}

/**
 * The object in a value, or undefined where there is none; a broken one is reported, and shows as its bytes.
 * A promise only when a part of the schema has to be loaded for it.
 */
export function decodedObject(context: Context, kv: IKeyValue): Promise<Value | undefined> | Value | undefined {
  const { value } = kv;
  if (encodingOf(value) === undefined) return undefined;
  const loading = loadSchemaFor(value);
  return loading ? loading.then(() => decodeOrTell(context, kv)) : decodeOrTell(context, kv);
}

function decodeOrTell(context: Context, kv: IKeyValue): Value | undefined {
  try {
    return decodeStored(kv.value, { key: kv.key.toString() }).object;
  } catch (error) {
    // Text that only looks like an object is nothing to complain of.
    if (!isStored(kv.value)) return undefined;
    tellUndecodable(context, error);
    return undefined;
  }
}
