/** Values as people read them: the Kubernetes object in place of its bytes. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { Context } from '../cli/command.js';
import { decodeStored, isStored } from '../k8s-decode/index.js';
import type { Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml.js';

const failures = new WeakMap<Context, number>();

/** How many values could not be decoded in this run. They were told on standard error; the exit code is to be 1. */
export function undecodable(context: Context): number {
  return failures.get(context) ?? 0;
}

/** A value as YAML where Kubernetes' envelope (with --decode k8s: any object) is in it, else what `raw` makes of it. */
export async function decodedValue(
  context: Context,
  kv: IKeyValue,
  raw: (bytes: Buffer) => string | Buffer,
): Promise<string | Buffer> {
  if (!mayBeObject(context, kv.value)) return raw(kv.value);
  const object = await decodedObject(context, kv);
  return object === undefined ? raw(kv.value) : toYaml(object).slice(0, -1);
}

function mayBeObject({ options }: Context, value: Buffer): boolean {
  return isStored(value) || (options.decode === 'k8s' && value.length > 0);
}

/** The object in a value, or undefined where there is none; a broken one is reported, and shows as its bytes. */
export async function decodedObject(context: Context, kv: IKeyValue): Promise<Value | undefined> {
  const key = kv.key.toString();
  try {
    return (await decodeStored(kv.value, { key })).object;
  } catch (error) {
    if (!isStored(kv.value)) return undefined;
    failures.set(context, undecodable(context) + 1);
    await context.stderr.write(`Error: ${(error as Error).message}\n`);
    return undefined;
  }
}
