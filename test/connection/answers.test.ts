import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAnswer } from '../../src/connection/answer.js';
import { clientOver } from '../../src/etcd/client.js';
import { readRange, streamRange } from '../../src/etcd/range.js';
import { IncomingSnapshot } from '../../src/etcd/snapshot.js';
import { Watch } from '../../src/etcd/watch.js';
import type { RpcError } from '../../src/rpc/error.js';
import { Code } from '../../src/rpc/status.js';
import { type ScriptedCall, scriptedServer } from '../support/scripted-server.js';
import { transport } from '../support/transport.js';

const key = Buffer.from('k');
const UNKNOWN = /; the outcome of this write is unknown$/;

/** What a server may say that makes no sense, and what is told of it. */
const ANSWERS: [name: string, answer: (call: ScriptedCall) => void, told: RegExp][] = [
  ['no message', (call) => call.finish(), /: the answer has no message/],
  [
    'two messages',
    (call) => {
      call.send('PutResponse', {});
      call.send('PutResponse', {});
      call.finish();
    },
    /: the answer has more than one message/,
  ],
  [
    'no protobuf',
    (call) => {
      call.stream.write(Buffer.from('\0\0\0\0\x03\xff\xff\xff', 'latin1'));
      call.finish();
    },
    /: the answer to (put|range) is no message of etcd's: /,
  ],
  [
    'a message that is cut short',
    (call) => {
      call.stream.write(Buffer.from('\0\0\0\0\x09abc', 'latin1'));
      call.finish();
    },
    /: the answer is cut short/,
  ],
  [
    'a message in no encoding',
    (call) => {
      call.stream.write(Buffer.from('\x07\0\0\0\x01a', 'latin1'));
      call.finish();
    },
    /: the answer is compressed or no gRPC \(flag byte 7\)/,
  ],
];

for (const [name, answer, told] of ANSWERS) {
  test(`an answer of ${name} is an error that names the endpoint, and leaves open what became of a write`, async (t) => {
    const server = await scriptedServer(t, (call) => {
      call.open();
      answer(call);
    });
    const client = transport(t, [server.address]);
    const fails = async (method: 'put' | 'range') =>
      client.call('KV', method, { key }).then(
        () => assert.fail('it should have failed'),
        (error: RpcError) => error.message,
      );
    const [put, range] = [await fails('put'), await fails('range')];
    for (const message of [put, range]) {
      assert.match(message, told);
      assert.ok(message.startsWith(server.address), message);
    }
    assert.match(put, UNKNOWN);
    assert.doesNotMatch(range, UNKNOWN);
  });
}

/** The beginning of a message of 200,000 bytes, none of which is a field. */
const NO_FIELDS = Buffer.concat([Buffer.from([0, 0, 3, 0x0d, 0x40]), Buffer.alloc(200_000, 0xff)]);

test('answers that are read while they arrive: what is no message is an error that names the endpoint', async (t) => {
  const server = await scriptedServer(t, (call) => {
    call.open();
    call.stream.write(NO_FIELDS);
    call.finish();
  });
  const client = clientOver(transport(t, [server.address]));
  const told = {
    message: new RegExp(`^${server.address}: the answer to (range|snapshot|watch) is no message of etcd's: `),
  };
  const drain = async (pages: AsyncIterable<unknown>) => {
    for await (const _ of pages);
  };
  await assert.rejects(drain(readRange(client, { key })), told);
  await assert.rejects(drain(streamRange(client, { key })), told);
  await assert.rejects(drain(new IncomingSnapshot(client, { timeoutMs: null })), told);
  const range = { key, revision: 0n, prevKv: false, progressNotify: false };
  await assert.rejects(drain(new Watch(client.callable, range)), told);
});

test('an answer without a header has one of zeros', () => {
  const header = { cluster_id: '0', member_id: '0', revision: '0', raft_term: '0' };
  assert.deepEqual({ ...decodeAnswer<{ header: object }>('Lease', 'leaseLeases', Buffer.alloc(0), '').header }, header);
});

for (const status of ['12345678901234567890123', '-1', 'x', '']) {
  test(`a status of "${status}" is an unknown one`, async (t) => {
    const server = await scriptedServer(t, (call) => {
      call.stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': 'odd' },
        { endStream: true },
      );
    });
    const failed = transport(t, [server.address]).call('KV', 'range', { key });
    await assert.rejects(failed, (error: RpcError) => error.code === Code.Unknown && /odd/.test(error.message));
  });
}

test('a write that the server was stopped at may have been done', async (t) => {
  const server = await scriptedServer(t, (call) => call.refuse(Code.Unavailable, 'etcdserver: server stopped'));
  await assert.rejects(transport(t, [server.address]).call('KV', 'put', { key }), UNKNOWN);
});

test("a server's own deadline: a read is asked for again, a write only by etcdctl", async (t) => {
  const server = await scriptedServer(t, (call) => {
    if (call.index % 3 < 2) return call.refuse(Code.DeadlineExceeded, 'context deadline exceeded');
    call.open();
    call.send(call.path.endsWith('Put') ? 'PutResponse' : 'RangeResponse', {});
    return call.finish();
  });
  await transport(t, [server.address]).call('KV', 'range', { key });
  assert.equal(server.calls.length, 3);
  await assert.rejects(transport(t, [server.address]).call('KV', 'put', { key }), UNKNOWN);
  assert.equal(server.calls.length, 4);
  const unknown = await scriptedServer(t, (call) => call.refuse(Code.Unknown, 'context deadline exceeded'));
  const failed = transport(t, [unknown.address], { waitForReady: true }).call('KV', 'put', { key });
  // As 3.4 calls it, which etcdctl does not repeat.
  await assert.rejects(failed, { etcdText: 'rpc error: code = Unknown desc = context deadline exceeded' });
  server.calls.length = 0;
  await transport(t, [server.address], { waitForReady: true }).call('KV', 'put', { key });
});

test('an old revision of the auth store is asked past, with a certificate for a login too', async (t) => {
  const server = await scriptedServer(t, (call) => {
    if (call.index < 40) return call.refuse(Code.InvalidArgument, 'etcdserver: revision of auth store is old');
    call.open();
    call.send('PutResponse', {});
    return call.finish();
  });
  await transport(t, [server.address]).call('KV', 'put', { key });
  assert.equal(server.calls.length, 41);
});

test('but not for ever', async (t) => {
  const old = 'etcdserver: revision of auth store is old';
  const server = await scriptedServer(t, (call) => call.refuse(Code.InvalidArgument, old));
  await assert.rejects(transport(t, [server.address]).call('KV', 'put', { key }), /revision of auth store is old/);
  assert.equal(server.calls.length, 101);
});

test('more keys that never come end the reading', async (t) => {
  const pages = [
    { header: { revision: '5' }, kvs: [{ key: Buffer.from('a') }], more: true, count: '9' },
    { header: { revision: '5' }, kvs: [], more: true, count: '9' },
  ];
  for (const second of [pages[1], pages[0]]) {
    const server = await scriptedServer(t, (call) => {
      call.open();
      call.send('RangeResponse', (call.index === 0 ? pages[0] : second) as object);
      call.finish();
    });
    const read = async () => {
      const range = { key: Buffer.from('a'), range_end: Buffer.from('z') };
      for await (const page of readRange(clientOver(transport(t, [server.address])), range)) void page;
    };
    await assert.rejects(read, /: it says that there are more keys, and gives none of them$/);
    assert.equal(server.calls.length, 2);
  }
});

test('an answer that comes drop by drop has the time that etcdctl gives to all of it', async (t) => {
  const server = await scriptedServer(t, (call) => {
    call.open();
    call.stream.write(Buffer.from([0, 0, 1, 0, 0]));
    const drip = setInterval(() => call.stream.write(Buffer.from([0])), 50);
    call.stream.on('close', () => clearInterval(drip));
  });
  const client = transport(t, [server.address], { waitForReady: true, commandTimeout: 400 });
  await assert.rejects(
    async () => {
      for await (const piece of client.pieces('KV', 'range', { key })) void piece;
    },
    { code: Code.DeadlineExceeded },
  );
});

test('a watch that needs a new login again and again waits in between', async (t) => {
  const server = await scriptedServer(t, (call) => {
    call.open();
    call.stream.once('data', () => {
      call.send('WatchResponse', { created: true, header: { revision: '1' } });
      call.send('WatchResponse', { created: true, canceled: true, cancel_reason: 'permission denied' });
    });
  });
  const controller = new AbortController();
  const watch = new Watch(transport(t, [server.address]), { key }, { signal: controller.signal });
  const ended = (async () => {
    for await (const answer of watch) void answer;
  })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 700));
  controller.abort();
  await ended;
  // 20 ms, 40, 80, 160, 320: no more than six fit, however fast the machine is.
  assert.ok(server.calls.length <= 6, `${server.calls.length} calls`);
});

test('no leader: whoever begins a watch is told at once', async (t) => {
  const server = await scriptedServer(t, (call) => call.refuse(Code.Unavailable, 'etcdserver: no leader'));
  const stream = transport(t, [server.address], { waitForReady: true }).duplex('Watch', 'watch');
  await assert.rejects(async () => {
    for await (const answer of stream) void answer;
  }, /etcdserver: no leader/);
  assert.equal(server.calls.length, 1);
});

for (const [endpoints, waitForReady, message, exitCode] of [
  [[], false, 'no endpoint was given', 2],
  [['', ' ,'], false, 'no endpoint was given', 2],
  [[], true, 'etcdclient: no available endpoints', 2],
  [['', ''], true, 'context deadline exceeded', 1],
] as const) {
  test(`no endpoint (${JSON.stringify(endpoints)}) is no cluster that is well`, (t) => {
    assert.throws(() => transport(t, [...endpoints], { waitForReady }), { message, exitCode });
  });
}

test("etcdctl's calls go round all members", async (t) => {
  const reached = new Set<string>();
  const servers = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      scriptedServer(t, (call) => {
        reached.add(name);
        call.open();
        call.send('PutResponse', {});
        call.finish();
      }),
    ),
  );
  const client = transport(
    t,
    servers.map(({ address }) => address),
    { waitForReady: true },
  );
  for (let i = 0; i < 3; i += 1) await client.call('KV', 'put', { key });
  assert.deepEqual([...reached].sort(), ['a', 'b', 'c']);
});
