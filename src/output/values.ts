/** How keys and values look where people read them: `simple` in own mode, `yaml` and `jsonl`. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import { isDropIn } from '../base/contract.js';
import type { KeyValue } from '../base/wire/key-value.js';
import { hexEscaped, visible } from './bytes.js';
import type { Context } from './context.js';

/** Shows a key or a value as text, or as its bytes where it is to be left as it is. */
export interface ValueView {
  key(key: Buffer): string | Buffer;
  value(kv: IKeyValue): Promise<string | Buffer> | string | Buffer;
}

/** Whether values are anything but their stored bytes: if not, whoever prints many can copy them as they are. */
export function rendersValues({ options, mode, stdout }: Context): boolean {
  return options.hex || options.decode !== 'none' || (!isDropIn(mode) && stdout.isTTY);
}

/** Whether this value is anything but its stored bytes when `simple` shows it. */
export function rendersValue(context: Context, { source, valueStart, valueEnd }: KeyValue): boolean {
  if (context.options.decode !== 'auto' || context.options.hex || context.stdout.isTTY) return true;
  if (valueEnd - valueStart < 4) return false;
  const head = source.readUInt32BE(valueStart);
  return head === ENVELOPE || head === ENCRYPTED || head >>> 8 === CBOR;
}

/** `k8s` and a zero byte: how a value begins that Kubernetes stored as protobuf. */
const ENVELOPE = 0x6b387300;
/** `k8s:`: encrypted at rest. */
const ENCRYPTED = 0x6b38733a;
/** CBOR's own mark, three bytes. */
const CBOR = 0xd9d9f7;

/**
 * The view that --hex, --decode and the terminal ask for.
 * @param managedFields shows metadata.managedFields of objects too
 */
export async function valueView(context: Context, managedFields = false): Promise<ValueView> {
  const { options, mode, stdout } = context;
  if (options.hex) return { key: hexEscaped, value: (kv) => hexEscaped(kv.value) };
  const raw = !isDropIn(mode) && stdout.isTTY ? visible : (bytes: Buffer) => bytes;
  if (options.decode === 'none') return { key: raw, value: (kv) => raw(kv.value) };
  const [{ decodedText }, values] = await Promise.all([import('./decoded.js'), context.values()]);
  return { key: raw, value: (kv) => decodedText(values, kv, { decode: options.decode, managedFields }, raw) };
}
