import type { Context } from '../../base/contract.js';
import type { KeyValue } from '../../base/wire/key-value.js';
import type { RangePage } from '../../etcd/range-page.js';
import { messageJson } from '../json.js';
import type { Printer } from '../printer.js';

/** One line, as etcdctl's, written in pieces. */
export function jsonRange(context: Context): Printer<RangePage> {
  let last: RangePage | undefined;
  let opened = false;
  let lines = Buffer.alloc(0);
  return {
    async print(page) {
      if (!last) await context.stdout.write(`{"header":${messageJson('ResponseHeader', page.header)}`);
      last = page;
      if (page.kvs.length === 0) return;
      const size = page.kvs.reduce((sum, kv) => sum + longestJson(kv), OPENING.length);
      if (size > lines.length) lines = Buffer.allocUnsafeSlow(size);
      let at = 0;
      for (const kv of page.kvs) {
        at += lines.write(opened ? ',' : OPENING, at, 'latin1');
        opened = true;
        at = writeKeyValue(kv, lines, at);
      }
      await context.stdout.write(lines.subarray(0, at));
    },
    async end() {
      if (!last) return;
      const more = last.more ? ',"more":true' : '';
      const count = last.count === '0' ? '' : `,"count":${last.count}`;
      await context.stdout.write(`${opened ? ']' : ''}${more}${count}}\n`);
    },
  };
}

const OPENING = ',"kvs":[';
/** What a key-value's JSON has beside key and value: names, and four numbers of at most 20 digits. */
const REST = 160;

function longestJson({ keyStart, keyEnd, valueStart, valueEnd }: KeyValue): number {
  return REST + 4 * (Math.ceil((keyEnd - keyStart) / 3) + Math.ceil((valueEnd - valueStart) / 3));
}

/**
 * Writes what messageJson('KeyValue', kv) gives, and gives where it ends. This is done a hundred thousand times: without the walk over
 * the table, and without long texts, of which the garbage collector keeps tens of megabytes.
 */
function writeKeyValue(kv: KeyValue, target: Buffer, start: number): number {
  const { source, keyStart, keyEnd, valueStart, valueEnd, lease } = kv;
  const key = source.toString('base64', keyStart, keyEnd);
  const numbers = `"create_revision":${kv.create_revision},"mod_revision":${kv.mod_revision},"version":${kv.version}`;
  let at = start + target.write(`{"key":"${key}",${numbers}`, start, 'latin1');
  if (valueEnd > valueStart) {
    at += target.write(',"value":"', at, 'latin1');
    at += target.write(source.toString('base64', valueStart, valueEnd), at, 'latin1');
    target[at++] = QUOTE;
  }
  return at + target.write(lease === '0' ? '}' : `,"lease":${lease}}`, at, 'latin1');
}

const QUOTE = 0x22;
