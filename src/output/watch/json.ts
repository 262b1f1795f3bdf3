import type { IKeyValue } from 'etcd3/lib/rpc';
import { atLeast, type Context } from '../../base/contract.js';
import { stringJson } from '../../base/go/json.js';
import type { WatchEvent, WatchResponse } from '../../etcd/watch.js';
import { EventType } from '../../rpc/names.js';
import { messageJson } from '../json.js';
import type { Printer } from '../printer.js';

/**
 * A line an answer, as etcdctl's, which is Go's own struct and no message of etcd: all of its members are always there.
 * @param alone the fragments of an answer are written as they come; else together.
 */
export function jsonWatch(context: Context, alone: boolean): Printer<WatchResponse> {
  /** The answer whose list of events is still open, and how many are in it. */
  let open: { answer: WatchResponse; events: number } | undefined;
  let gathered = '';
  const write = (text: string, whole: boolean) => {
    if (!alone && !whole) {
      gathered += text;
      return undefined;
    }
    const all = gathered + text;
    gathered = '';
    return context.stdout.write(all);
  };
  return {
    print(answer) {
      const { first, fragment, events } = answer;
      // The stream broke within an answer, and its rest comes as another one.
      const closing = first && open ? `]${tail(context, open.answer)}` : '';
      if (first) open = { answer, events: 0 };
      const before = open?.events ?? 0;
      open = fragment ? { answer, events: before + events.length } : undefined;
      const head = first ? `{"Header":${messageJson('ResponseHeader', answer.header ?? {})},"Events":` : '';
      if (first && events.length === 0 && !fragment) {
        return write(closing + head + emptyList(context, answer) + tail(context, answer), true);
      }
      const list = (before > 0 && events.length > 0 ? ',' : '') + events.map(eventJson).join(',');
      const end = fragment ? '' : `]${tail(context, answer)}`;
      return write(closing + head + (first ? '[' : '') + list + end, !fragment);
    },
    end() {
      const closing = open && write(`]${tail(context, open.answer)}`, true);
      open = undefined;
      return closing;
    },
  };
}

/** Go's nil slice, which a refused watch has always; since 3.7 whatever has no events. */
function emptyList(context: Context, { header }: WatchResponse): string {
  return header === null || atLeast(context.mode, '3.7') ? 'null' : '[]';
}

function tail(context: Context, { compact_revision, canceled, created, cancel_reason }: WatchResponse): string {
  const reason = atLeast(context.mode, '3.7') ? `,"CancelReason":${stringJson(cancel_reason)}` : '';
  return `,"CompactRevision":${compact_revision},"Canceled":${canceled},"Created":${created}${reason}}\n`;
}

function eventJson({ type, kv, prev_kv }: WatchEvent): string {
  const before = prev_kv ? `,"prev_kv":${keyValueJson(prev_kv)}` : '';
  return `{${type === EventType.Put ? '' : `"type":${type},`}"kv":${keyValueJson(kv)}${before}}`;
}

/** What messageJson('KeyValue', kv) gives, without the walk over the table. */
function keyValueJson(kv: IKeyValue): string {
  let text = `{"key":"${kv.key.toString('base64')}"`;
  if (kv.create_revision !== '0') text += `,"create_revision":${kv.create_revision}`;
  text += `,"mod_revision":${kv.mod_revision}`;
  if (kv.version !== '0') text += `,"version":${kv.version}`;
  if (kv.value.length > 0) text += `,"value":"${kv.value.toString('base64')}"`;
  if (kv.lease !== '0') text += `,"lease":${kv.lease}`;
  return `${text}}`;
}
