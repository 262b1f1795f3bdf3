import type { IKeyValue } from 'etcd3/lib/rpc';
import { atLeast, type Context } from '../../cli/command.js';
import type { WatchAnswer, WatchEvent } from '../../etcd/watch.js';
import { messageJson, stringJson } from '../json.js';
import type { WatchPrinter } from './printer.js';

/**
 * A line an answer, as etcdctl's, which is Go's own struct and no message of etcd: all of its members are always there. The
 * fragments of an answer are written as they come.
 */
export function jsonWatch(context: Context): WatchPrinter {
  /** The answer whose list of events is still open, and whether something is in it. */
  let open: { answer: WatchAnswer; events: number } | undefined;
  return {
    print(answer) {
      const { first, fragment, events } = answer;
      // The stream broke within an answer, and its rest comes as another one.
      let text = first && open ? `]${tail(context, open.answer)}` : '';
      if (first) {
        open = { answer, events: 0 };
        text += `{"Header":${messageJson('ResponseHeader', answer.header ?? {})},"Events":`;
        if (events.length === 0 && !fragment) {
          open = undefined;
          return context.stdout.write(text + emptyList(context, answer) + tail(context, answer));
        }
        text += '[';
      }
      const before = open?.events ?? 0;
      text += (before > 0 && events.length > 0 ? ',' : '') + events.map(eventJson).join(',');
      open = fragment ? { answer, events: before + events.length } : undefined;
      return context.stdout.write(fragment ? text : `${text}]${tail(context, answer)}`);
    },
  };
}

/** Go's nil slice, which a refused watch has always; since 3.7 whatever has no events. */
function emptyList(context: Context, { header }: WatchAnswer): string {
  return header === null || atLeast(context.mode, '3.7') ? 'null' : '[]';
}

function tail(context: Context, { compact_revision, canceled, created, cancel_reason }: WatchAnswer): string {
  const reason = atLeast(context.mode, '3.7') ? `,"CancelReason":${stringJson(cancel_reason)}` : '';
  return `,"CompactRevision":${compact_revision},"Canceled":${canceled},"Created":${created}${reason}}\n`;
}

function eventJson({ type, kv, prev_kv }: WatchEvent): string {
  const before = prev_kv ? `,"prev_kv":${keyValueJson(prev_kv)}` : '';
  return `{${type === 0 ? '' : `"type":${type},`}"kv":${keyValueJson(kv)}${before}}`;
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
