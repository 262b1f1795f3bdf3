/**
 * `-w yaml` and `-w jsonl`, which are ketcdctl's own: fields in camelCase, keys as text, IDs as hex strings, numbers with all their
 * digits, values decoded; a line (or a document) for each item where a response is a list.
 */

import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import { toJson } from '../k8s-decode/json/json.js';
import type { Fields, Value } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { type FieldSpec, fieldsOf, isMessage, type Message } from '../rpc/codec.js';
import type { MessageName } from '../rpc/messages.js';
import { ALARM_NAMES, EVENT_NAMES, PERMISSION_NAMES } from '../rpc/names.js';
import { readableBytes } from './bytes.js';
import type { Context } from './context.js';
import { decodedObject } from './decoded.js';
import { hexId, hexLease } from './ids.js';

/** An answer in one of the readable formats: a YAML document or a line of JSON. */
export async function readableText(
  context: Context,
  format: 'yaml' | 'jsonl',
  name: MessageName,
  message: object,
): Promise<string> {
  const list = LISTS[name];
  if (list === undefined) return writeReadable(format, await readableMessage(context, name, message));
  const items = (await readableMessage(context, name, message)).get(list) as Value[];
  return writeList(
    format,
    items.map((item) => (typeof item === 'string' ? new Map([['name', item]]) : item)),
  );
}

/** The responses that are lists, and the field that has their items. */
const LISTS: Partial<Record<MessageName, string>> = {
  MemberListResponse: 'members',
  LeaseLeasesResponse: 'leases',
  AlarmResponse: 'alarms',
  AuthUserListResponse: 'users',
  AuthRoleListResponse: 'roles',
};

/** A line each, or YAML documents parted by `---`. */
export function writeList(format: 'yaml' | 'jsonl', items: readonly Value[]): string {
  return items.map((item) => writeReadable(format, item)).join(format === 'yaml' ? '---\n' : '');
}

/** A YAML document or a line of JSON. */
export function writeReadable(format: 'yaml' | 'jsonl', value: Value): string {
  if (format === 'jsonl') return `${toJson(value)}\n`;
  if (!(value instanceof Map) || value.size === 0) return toYaml(value);
  // Objects of Kubernetes have their fields by name, as kubectl does it; an answer of etcd has its key first.
  return [...value].map(fieldYaml).join('');
}

/** A field alone; what is too much text says so in its place. */
function fieldYaml(field: [string, Value]): string {
  try {
    return toYaml(new Map([field]));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return toYaml(new Map([[field[0], `(${error.message})`]]));
  }
}

/** A message of etcd for people. All its fields are there, zero or not; absent messages are left out. */
export async function readableMessage(context: Context, name: MessageName, message: object): Promise<Fields> {
  if (name === 'KeyValue') return readableKeyValue(context, message as IKeyValue, false);
  const fields: Fields = new Map();
  for (const field of fieldsOf(name)) {
    const value = (message as Message)[field.name];
    if (value === undefined || value === null) continue;
    const shown = field.repeated
      ? await Promise.all(value.map((item: unknown) => readableField(context, field, item)))
      : await readableField(context, field, value);
    fields.set(apiName(field.name), shown);
  }
  return fields;
}

/** A field of etcd's messages as Kubernetes' API would name it: `create_revision` is createRevision, `member_id` memberID, `TTL` ttl. */
function apiName(name: string): string {
  if (/^[A-Z]+$/.test(name)) return name.toLowerCase();
  return name.replace(/_id$/, 'ID').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A key, its numbers, and its value: the object in it, its text, or `{"base64": …}`. */
export async function readableKeyValue(context: Context, kv: IKeyValue, keyOnly: boolean): Promise<Fields> {
  const fields: Fields = new Map<string, Value>([
    ['key', readableBytes(kv.key)],
    ['createRevision', exactNumber(kv.create_revision)],
    ['modRevision', exactNumber(kv.mod_revision)],
    ['version', exactNumber(kv.version)],
  ]);
  if (kv.lease !== '0') fields.set('lease', hexLease(kv.lease));
  if (!keyOnly) fields.set('value', await readableValue(context, kv));
  return fields;
}

async function readableValue(context: Context, kv: IKeyValue): Promise<Value> {
  const object = context.options.decode === 'none' ? undefined : await decodedObject(await context.values(), kv);
  return object ?? readableBytes(kv.value);
}

async function readableField(context: Context, field: FieldSpec, value: unknown): Promise<Value> {
  const { name, type } = field;
  if (isMessage(type)) return readableMessage(context, type, value as object);
  if (type === 'bytes') return readableBytes(value as Buffer);
  if (type === 'enum') return ENUMS[name]?.[value as number] ?? (value as number);
  if (type === 'u64' && !COUNTERS.has(name)) return hexId(value as string);
  if (type === 'i64')
    return name === 'ID' || name === 'lease' ? hexLease(value as string) : exactNumber(value as string);
  return type === 'u64' ? exactNumber(value as string) : (value as Value);
}

/** The unsigned 64-bit numbers that are no IDs. */
const COUNTERS = new Set(['raft_term', 'raftIndex', 'raftTerm', 'raftAppliedIndex', 'remaining_bytes', 'authRevision']);

/** The names of enums, by the field's name. */
const ENUMS: Record<string, readonly string[]> = {
  type: EVENT_NAMES,
  alarm: ALARM_NAMES,
  permType: PERMISSION_NAMES,
};

/** A 64-bit number without loss. */
export function exactNumber(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}
