/** Which calls a command line makes, with which fields: zeros, which are not sent, are left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADER, keyValue, runWith } from '../support/fake-client.js';

type Plain = Record<string, unknown>;

/** A range is read in pages, the first of which is small. */
const PAGE = { limit: '100' };

/** By command line: the calls, each with the fields of its request. */
const REQUESTS: [string, ...[call: string, fields: Plain][]][] = [
  ['get foo', ['KV/range', { key: 'foo' }]],
  ['get foo fop', ['KV/range', { key: 'foo', range_end: 'fop', ...PAGE }]],
  ['get --prefix foo', ['KV/range', { key: 'foo', range_end: 'fop', ...PAGE }]],
  ['get --prefix foo --limit 2', ['KV/range', { key: 'foo', range_end: 'fop', limit: '2' }]],
  ['get --from-key foo', ['KV/range', { key: 'foo', range_end: '\0', ...PAGE }]],
  ['get foo --rev 7 --consistency s', ['KV/range', { key: 'foo', revision: '7', serializable: true }]],
  ['get --prefix foo --keys-only', ['KV/range', { key: 'foo', range_end: 'fop', ...PAGE, keys_only: true }]],
  ['get foo -w fields --count-only', ['KV/range', { key: 'foo', count_only: true }]],
  [
    'get --prefix foo --order DESCEND --sort-by modify',
    ['KV/range', { key: 'foo', range_end: 'fop', sort_order: '2', sort_target: '3' }],
  ],
  [
    'get --prefix foo --min-mod-rev 3 --max-mod-rev 9 --min-create-rev 2 --max-create-rev 8',
    [
      'KV/range',
      {
        ...{ key: 'foo', range_end: 'fop', min_mod_revision: '3', max_mod_revision: '9' },
        ...{ min_create_revision: '2', max_create_revision: '8' },
      },
    ],
  ],
  ['put foo bar', ['KV/put', { key: 'foo', value: 'bar' }]],
  ['put foo bar --lease 1f --prev-kv', ['KV/put', { key: 'foo', value: 'bar', lease: '31', prev_kv: true }]],
  ['put foo --ignore-value', ['KV/put', { key: 'foo', ignore_value: true }]],
  ['put foo bar --ignore-lease', ['KV/put', { key: 'foo', value: 'bar', ignore_lease: true }]],
  ['del foo', ['KV/deleteRange', { key: 'foo' }]],
  ['del foo fop --range --prev-kv', ['KV/deleteRange', { key: 'foo', range_end: 'fop', prev_kv: true }]],
  ['del --prefix foo', ['KV/deleteRange', { key: 'foo', range_end: 'fop' }]],
  ['del --from-key foo', ['KV/deleteRange', { key: 'foo', range_end: '\0' }]],
  ['compaction 5 --physical', ['KV/compact', { revision: '5', physical: true }]],
  ['lease grant 60', ['Lease/leaseGrant', { TTL: '60' }]],
  ['lease revoke 1f', ['Lease/leaseRevoke', { ID: '31' }]],
  ['lease timetolive 1f --keys', ['Lease/leaseTimeToLive', { ID: '31', keys: true }]],
  ['lease list', ['Lease/leaseLeases', {}]],
  ['member list', ['Cluster/memberList', { linearizable: true }]],
  ['member list --consistency s', ['Cluster/memberList', {}]],
  ['member remove 1f', ['Cluster/memberRemove', { ID: '31' }]],
  ['member promote 1f', ['Cluster/memberPromote', { ID: '31' }]],
  [
    'member update 1f --peer-urls http://a:1,http://b:2',
    ['Cluster/memberUpdate', { ID: '31', peerURLs: ['http://a:1', 'http://b:2'] }],
  ],
  ['alarm list', ['Maintenance/alarm', {}]],
  ['downgrade validate 3.5', ['Maintenance/downgrade', { version: '3.5' }]],
  ['downgrade enable 3.5', ['Maintenance/downgrade', { action: '1', version: '3.5' }]],
  ['downgrade cancel', ['Maintenance/downgrade', { action: '2' }]],
  ['endpoint hashkv --rev 4', ['Maintenance/hashKV', { revision: '4' }]],
  ['user add alice:pw', ['Auth/userAdd', { name: 'alice', password: 'pw', options: {} }]],
  ['user add node --no-password', ['Auth/userAdd', { name: 'node', options: { no_password: true } }]],
  ['user grant-role alice r', ['Auth/userGrantRole', { user: 'alice', role: 'r' }]],
  ['user revoke-role alice r', ['Auth/userRevokeRole', { name: 'alice', role: 'r' }]],
  [
    'role grant-permission r readwrite a --prefix',
    ['Auth/roleGrantPermission', { name: 'r', perm: { permType: '2', key: 'a', range_end: 'b' } }],
  ],
  ['role revoke-permission r a --from-key', ['Auth/roleRevokePermission', { role: 'r', key: 'a', range_end: '\0' }]],
];

test('the requests of command lines', async () => {
  for (const [line, ...calls] of REQUESTS) {
    const { requests, stderr } = await runWith(answer, line.split(' '), 'etcdctl@3.6');
    const sent = requests.map(({ call, request }) => [call, plain(request)]);
    assert.deepEqual(sent, calls, `${line}: ${stderr}`);
  }
});

test('the request of a transaction', async () => {
  const input =
    'ver("a") = "1"\nmod("b") > "2"\nval("c") != "x y"\n\nget a --prefix\nput "k 1" v --lease=1f\n\ndel a b --range\n\n';
  const { requests } = await runWith(answer, ['txn'], 'etcdctl@3.6', input);
  assert.deepEqual(
    requests.map(({ call, request }) => [call, plain(request)]),
    [
      [
        'KV/txn',
        {
          compare: [
            { key: 'a', version: '1' },
            { key: 'b', result: '1', target: '2', mod_revision: '2' },
            { key: 'c', result: '3', target: '3', value: 'x y' },
          ],
          success: [
            { request_range: { key: 'a', range_end: 'b' } },
            { request_put: { key: 'k 1', value: 'v', lease: '31' } },
          ],
          failure: [{ request_delete_range: { key: 'a', range_end: 'b' } }],
        },
      ],
    ],
  );
});

test('a value that is not text, as etcdctl prints it', async () => {
  const kvs = [{ ...keyValue('k', ''), value: Buffer.from([0x22, 0xff, 0x0a]) }];
  const run = (...flags: string[]) =>
    runWith(() => ({ header: HEADER, kvs, count: '1' }), ['get', 'k', ...flags], 'etcdctl@3.6');
  assert.match((await run('-w', 'fields')).stdout, /"Value" : "\\"\\xff\\n"\n/);
  assert.match((await run('-w', 'json')).stdout, /"value":"Iv8K"/);
  assert.equal((await run('--hex')).stdout, '\\x6b\n\\x22\\xff\\x0a\n');
});

function answer(call: string): object {
  if (call === 'Cluster/memberList') return { header: HEADER, members: [{ ID: '31', name: 'm1' }] };
  return { header: HEADER, version: '3.6', ID: '31', TTL: '60' };
}

/** What is sent of a request: bytes as text, numbers of 64 bits as strings, without what is zero. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, plain(field)] as const);
  return Object.fromEntries(entries.filter(([, field]) => !isZero(field)));
}

function isZero(value: unknown): boolean {
  return !value || value === '0' || (Array.isArray(value) && value.length === 0);
}
