import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchResponse } from '../../src/etcd/watch.js';
import { StoredValues } from '../../src/k8s/values.js';
import { toCbor } from '../../src/k8s-decode/cbor.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import type { Context } from '../../src/output/context.js';
import type { Format } from '../../src/output/format.js';
import { rangePrinter } from '../../src/output/range/index.js';
import { readableText } from '../../src/output/readable.js';
import { RecordPrinter } from '../../src/output/records.js';
import { watchPrinters } from '../../src/output/watch/index.js';

/** A context that keeps what is printed. */
function recording(): { context: Context; text: () => string } {
  let text = '';
  const stdout = {
    isTTY: false,
    write(chunk: string | Uint8Array) {
      text += Buffer.from(chunk as Uint8Array).toString();
      return undefined;
    },
  };
  const context = {
    stdout,
    mode: { tool: 'ketcdctl' },
    options: { decode: 'auto', hex: false, encryptionConfig: '' },
    values: async () => new StoredValues(),
    undecodable: 0,
  } as unknown as Context;
  return { context, text: () => text };
}

const LARGE = '9007199254740993';
const header = { cluster_id: '18446744073709551615', member_id: '10', revision: LARGE, raft_term: '7' };
const kv = {
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  create_revision: LARGE,
  mod_revision: LARGE,
  version: LARGE,
  lease: '1',
};

test('numbers of 64 bits keep their digits in ranges and watches', async () => {
  for (const format of ['jsonl', 'yaml'] as const) {
    const { context, text } = recording();
    const options = { keysOnly: false, valuesOnly: false, countOnly: true, managedFields: false };
    const range = await rangePrinter(context, format, options);
    await range.print({ header, kvs: [kv] as never[], more: false, count: LARGE });
    await range.end?.();
    const watch = (await watchPrinters(context, format, { alone: true }))();
    const response = { header, first: true, fragment: false, canceled: false };
    await watch.print({ ...response, events: [] } as unknown as WatchResponse);
    await watch.print({ ...response, events: [{ type: 1, kv, prev_kv: kv }] } as unknown as WatchResponse);
    assert.equal(text().match(/9007199254740993/g)?.length, 9, text());
    assert.doesNotMatch(text(), /9007199254740992|_/);
  }
});

test('a value of JSON keeps its numbers, and members of one name', async () => {
  const json = '{"id": 12345678901234567890, "price": 0.12345678901234567890, "v": 1.10, "twice": {"a": 1, "a": 2}}';
  for (const [value, jsonl, yaml] of [
    [
      json,
      '{"id":12345678901234567890,"price":0.12345678901234567890,"v":1.10,"twice":{"a":1,"a":2}}',
      `\n  id: 12345678901234567890\n  price: 0.12345678901234567890\n  twice: '{"a":1,"a":2}'\n  v: 1.10\n`,
    ],
    ['{"a":1,"a":2}', '{"a":1,"a":2}', ` '{"a":1,"a":2}'\n`],
    // Bytes behind the value are no JSON.
    ['{"a":1.0} x', '"{\\"a\\":1.0} x"', ` '{"a":1.0} x'\n`],
  ] as const) {
    for (const format of ['jsonl', 'yaml'] as const) {
      const { context, text } = recording();
      const options = { keysOnly: false, valuesOnly: false, countOnly: false, managedFields: false };
      const range = await rangePrinter(context, format, options);
      await range.print({ header, kvs: [{ ...kv, value: Buffer.from(value) }] as never[], more: false, count: '1' });
      await range.end?.();
      assert.ok(text().endsWith(format === 'jsonl' ? `"value":${jsonl}}\n` : `value:${yaml}`), text());
    }
  }
});

test('a custom resource that is stored as CBOR is shown as YAML', async () => {
  const { context, text } = recording();
  const object = parseJson(
    '{"apiVersion":"g.io/v1","kind":"Widget","metadata":{"name":"w","managedFields":[{"manager":"m"}]},"spec":{"size":3,"ratio":0.5,"big":9223372036854775807}}',
  );
  const value = toCbor(object);
  const stored = { ...kv, key: Buffer.from('/registry/g.io/widgets/w'), value };
  // As a range has it: a part of the answer's bytes.
  Object.assign(stored, { source: value, valueStart: 0, valueEnd: value.length });
  const options = { keysOnly: false, valuesOnly: false, countOnly: false, managedFields: false };
  const range = await rangePrinter(context, 'simple', options);
  await range.print({ header, kvs: [stored] as never[], more: false, count: '1' });
  await range.end?.();
  assert.equal(
    text(),
    '/registry/g.io/widgets/w\napiVersion: g.io/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  big: 9223372036854775807\n  ratio: 0.5\n  size: 3\n',
  );
});

test('a list is a line for each of its items, in the names of an API', async () => {
  const { context } = recording();
  const member = { ID: '11', name: 'a', peerURLs: ['http://p'], clientURLs: [], isLearner: false };
  const members = { header, members: [member, { ...member, ID: '12' }] };
  assert.equal(
    await readableText(context, 'jsonl', 'MemberListResponse', members),
    '{"id":"b","name":"a","peerURLs":["http://p"],"clientURLs":[],"isLearner":false}\n' +
      '{"id":"c","name":"a","peerURLs":["http://p"],"clientURLs":[],"isLearner":false}\n',
  );
  const lists = [
    ['LeaseLeasesResponse', { leases: [{ ID: '255' }] }, '{"id":"00000000000000ff"}\n'],
    ['AlarmResponse', { alarms: [{ memberID: '255', alarm: 1 }] }, '{"memberID":"ff","alarm":"NOSPACE"}\n'],
    ['AuthUserListResponse', { users: ['root', 'a'] }, '{"name":"root"}\n{"name":"a"}\n'],
    ['AuthRoleListResponse', { roles: [] }, ''],
  ] as const;
  for (const [name, message, text] of lists) assert.equal(await readableText(context, 'jsonl', name, message), text);
  assert.equal(
    await readableText(context, 'yaml', 'AuthUserListResponse', { users: ['root', 'a'] }),
    'name: root\n---\nname: a\n',
  );
});

test('records in every format', async () => {
  const expected: Partial<Record<Format, string>> = {
    simple: 'one\ntwo\n',
    json: '[{"endpoint":"a","dbSize":1},{"endpoint":"b","dbSize":9007199254740993}]\n',
    jsonl: '{"endpoint":"a","dbSize":1}\n{"endpoint":"b","dbSize":9007199254740993}\n',
    yaml: 'endpoint: a\ndbSize: 1\n---\nendpoint: b\ndbSize: 9007199254740993\n',
    fields: '"Endpoint" : "a"\n"DbSize" : 1\n\n"Endpoint" : "b"\n"DbSize" : 9007199254740993\n\n',
  };
  for (const [format, wanted] of Object.entries(expected)) {
    const { context, text } = recording();
    const printer = new RecordPrinter(context, format as Format);
    await printer.print({ endpoint: 'a', dbSize: 1 }, 'one\n');
    await printer.print({ endpoint: 'b', dbSize: BigInt(LARGE) }, 'two\n');
    await printer.end();
    assert.equal(text(), wanted, format);
  }
  assert.throws(() => new RecordPrinter(recording().context, 'protobuf'), /protobuf not supported/);
});
