import type { Context } from '../../cli/command.js';
import type { KeyValue } from '../../etcd/range-page.js';
import { messageJson } from '../json.js';
import type { RangePrinter } from './printer.js';

/** One line, as etcdctl's, written in pieces. */
export function jsonRange(context: Context): RangePrinter {
  let opened = false;
  return {
    async page(page, first) {
      let text = first ? `{"header":${messageJson('ResponseHeader', page.header)}` : '';
      for (const kv of page.kvs) {
        text += opened ? ',' : ',"kvs":[';
        opened = true;
        text += keyValueJson(kv);
      }
      await context.stdout.write(text);
    },
    async end(last) {
      const more = last.more ? ',"more":true' : '';
      const count = last.count === '0' ? '' : `,"count":${last.count}`;
      await context.stdout.write(`${opened ? ']' : ''}${more}${count}}\n`);
    },
  };
}

/** What messageJson('KeyValue', kv) gives, without the walk over the table: this is done a hundred thousand times. */
function keyValueJson(kv: KeyValue): string {
  const { source, keyStart, keyEnd, valueStart, valueEnd, lease } = kv;
  const key = source.toString('base64', keyStart, keyEnd);
  const value = valueEnd > valueStart ? `,"value":"${source.toString('base64', valueStart, valueEnd)}"` : '';
  const leased = lease === '0' ? '' : `,"lease":${lease}`;
  return `{"key":"${key}","create_revision":${kv.create_revision},"mod_revision":${kv.mod_revision},"version":${kv.version}${value}${leased}}`;
}
