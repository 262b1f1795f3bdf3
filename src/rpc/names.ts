/** The enums of etcd's messages, and their members' names as etcdctl writes them (rpc.proto, kv.proto, auth.proto). */

/** mvccpb.Event.EventType. */
export enum EventType {
  Put = 0,
  Delete = 1,
}

export const EVENT_NAMES: readonly string[] = ['PUT', 'DELETE'];

/** etcdserverpb.AlarmType, from 0 on. */
export const ALARM_NAMES: readonly string[] = ['NONE', 'NOSPACE', 'CORRUPT'];

/** authpb.Permission.Type, from 0 on. */
export const PERMISSION_NAMES: readonly string[] = ['READ', 'WRITE', 'READWRITE'];

/** A member's name; the number of one that is not known. */
export function nameOf(names: readonly string[], value: number | string): string {
  return names[Number(value)] ?? String(value);
}
