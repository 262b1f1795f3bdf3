/** Values as people read them: the Kubernetes object in place of its bytes. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { Context } from '../base/contract.js';
import { AtRest } from '../k8s-decode/encryption/at-rest.js';
import { describeEncrypted, isEncrypted, SealedValue, sealedText } from '../k8s-decode/encryption/describe.js';
import { decodeStored, encodingOf, isStored, loadSchemaFor } from '../k8s-decode/index.js';
import type { Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { readableBytes } from './bytes.js';
import { tellUndecodable } from './undecodable.js';

type Pair = Pick<IKeyValue, 'key' | 'value'>;

/** A value as YAML where Kubernetes' envelope (with --decode k8s: any object) is in it, else what `raw` makes of it. */
export function decodedValue(
  context: Context,
  kv: Pair,
  raw: (bytes: Buffer) => string | Buffer,
): Promise<string | Buffer> | string | Buffer {
  const { value } = kv;
  if (isEncrypted(value)) {
    return opened(context, kv).then((plain) => (typeof plain === 'string' ? plain : decodedValue(context, plain, raw)));
  }
  if (!isStored(value) && context.options.decode !== 'k8s') return raw(value);
  const show = (object: Value | undefined) => (object === undefined ? raw(value) : toYaml(object).slice(0, -1));
  const object = decodedObject(context, kv);
  return object instanceof Promise ? object.then(show) : show(object);
}

/**
 * The object in a value, or undefined where there is none; what stands for it where it is encrypted and stays closed; a broken one is reported, and shows as its bytes.
 * A promise only when a part of the schema has to be loaded for it.
 */
export function decodedObject(context: Context, kv: Pair): Promise<Value | undefined> | Value | undefined {
  const { value } = kv;
  if (isEncrypted(value)) {
    return opened(context, kv).then((plain) => (typeof plain === 'string' ? plain : objectOrText(context, plain)));
  }
  if (encodingOf(value) === undefined) return undefined;
  const loading = loadSchemaFor(value);
  return loading ? loading.then(() => decodeOrTell(context, kv)) : decodeOrTell(context, kv);
}

/** What was encrypted, as its object or else as text: the stored bytes are of no use to whoever has the key. */
async function objectOrText(context: Context, kv: Pair): Promise<Value> {
  return (await decodedObject(context, kv)) ?? readableBytes(kv.value);
}

const atRest = new WeakMap<Context, AtRest>();

/** The pair without its encryption at rest; where it stays closed, what stands in its place. */
async function opened(context: Context, kv: Pair): Promise<Pair | string> {
  let opener = atRest.get(context);
  if (!opener) {
    const { options, stderr } = context;
    opener = new AtRest(options.encryptionConfig, options.debug ? (line) => stderr.write(`${line}\n`) : undefined);
    atRest.set(context, opener);
  }
  try {
    return { key: kv.key, value: await opener.open(kv.key, kv.value) };
  } catch (error) {
    if (!(error instanceof SealedValue)) throw error;
    tellSealed(context, error);
    return sealedText(describeEncrypted(kv.value)!);
  }
}

const told = new WeakSet<Context>();

/** Says once a run why a value stays closed: that is no failure, the values beside it are shown. */
function tellSealed(context: Context, { message, hint }: SealedValue): void {
  if (told.has(context)) return;
  told.add(context);
  context.stderr.write(`warning: ${message}\n${hint === undefined ? '' : `Hint: ${hint}\n`}`);
}

function decodeOrTell(context: Context, kv: Pair): Value | undefined {
  try {
    return decodeStored(kv.value, { key: kv.key.toString() }).object;
  } catch (error) {
    // Text that only looks like an object is nothing to complain of.
    if (!isStored(kv.value)) return undefined;
    tellUndecodable(context, error);
    return undefined;
  }
}
