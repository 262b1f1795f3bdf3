/**
 * `-w json` as etcdctl prints it: what Go's encoding/json makes of the messages. Fields in the order of the .proto files, zero values
 * left out, bytes in base64, 64-bit numbers as bare digits.
 */
import { stringJson } from '../base/go/json.js';
import { fieldsOf, isMessage, type Message } from '../rpc/codec.js';
import type { MessageName } from '../rpc/messages.js';

/** The JSON of a message of the table in proto/messages.ts. */
export function messageJson(name: MessageName, message: object): string {
  return `{${messageMembers(name, message).join(',')}}`;
}

/** The members of a message, each as `"name":value`, for those answers that etcdctl puts together itself. */
export function messageMembers(name: MessageName, message: object): string[] {
  const members: string[] = [];
  for (const { name: field, type, repeated } of fieldsOf(name)) {
    const value = (message as Message)[field];
    if (value === undefined || isZero(value)) continue;
    const text = repeated
      ? `[${(value as unknown[]).map((item) => valueJson(type, item)).join(',')}]`
      : valueJson(type, value);
    members.push(`"${field}":${text}`);
  }
  return members;
}

function isZero(value: unknown): boolean {
  return (
    value === null || value === '0' || value === 0 || value === '' || value === false || (value as Buffer).length === 0
  );
}

function valueJson(type: string, value: unknown): string {
  if (isMessage(type)) return messageJson(type, value as object);
  if (type === 'bytes') return `"${(value as Buffer).toString('base64')}"`;
  return type === 'str' ? stringJson(value as string) : String(value);
}
