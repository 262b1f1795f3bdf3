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
  let open: WatchAnswer | undefined;
  return {
    print(answer) {
      let text = '';
      if (answer.first) {
        // The stream broke within an answer, and its rest comes as another one.
        if (open) text += tail(context, open);
        text += `{"Header":${messageJson('ResponseHeader', answer.header ?? {})},"Events":`;
        text += answer.events.length > 0 || answer.fragment ? '[' : emptyList(context, answer);
      }
      const between = open && !answer.first ? ',' : '';
      if (answer.events.length > 0) text += between + answer.events.map(eventJson).join(',');
      open = answer.fragment ? answer : undefined;
      if (!open)
        text += answer.events.length > 0 || !answer.first ? tail(context, answer) : tail(context, answer).slice(1);
      return context.stdout.write(text);
    },
  };
}

/** Go's nil slice, which a refused watch has always; since 3.7 whatever has no events. */
function emptyList(context: Context, { header }: WatchAnswer): string {
  return header === null || atLeast(context.mode, '3.7') ? 'null' : '[]';
}

function tail(context: Context, { compact_revision, canceled, created, cancel_reason }: WatchAnswer): string {
  const reason = atLeast(context.mode, '3.7') ? `,"CancelReason":${stringJson(cancel_reason)}` : '';
  return `],"CompactRevision":${compact_revision},"Canceled":${canceled},"Created":${created}${reason}}\n`;
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
