import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { ConnectionOptions } from '../../src/connection/options.js';
import { Transport } from '../../src/connection/transport.js';
import { RpcError } from '../../src/rpc/error.js';
import { Code } from '../../src/rpc/status.js';
import { type Cleanup, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
import { type ScriptedCall, scriptedServer } from '../support/scripted-server.js';

const key = Buffer.from('k');
const put = { key, value: Buffer.from('v') };

function transport(owner: Cleanup, endpoints: string[], options: Partial<ConnectionOptions> = {}): Transport {
  const made = new Transport({ endpoints, commandTimeout: 3000, ...options });
  owner.after(() => made.close());
  return made;
}

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (reason) => reason,
  );
  assert.ok(error instanceof RpcError, String(error.stack));
  return error;
}

/** Answers a range or a put with nothing in it. */
function answer(call: ScriptedCall): void {
  call.open();
  call.send(call.path.endsWith('/Put') ? 'PutResponse' : 'RangeResponse', { count: '7' });
  call.finish();
}

test('a status comes from trailers and from headers alone, its text percent-decoded', async (t) => {
  const server = await scriptedServer(t, (call) => {
    if (call.index === 0) return call.refuse(7, 'etcdserver: permission denied');
    call.open();
    return call.finish(3, 'schlüssel %');
  });
  const client = transport(t, [server.address]);
  const first = await failure(client.call('KV', 'put', put));
  assert.equal(first.message, `${server.address}: etcdserver: permission denied`);
  assert.equal(first.etcdText, 'etcdserver: permission denied');
  assert.equal(first.code, Code.PermissionDenied);
  const second = await failure(client.call('KV', 'put', put));
  assert.equal(second.etcdText, 'rpc error: code = InvalidArgument desc = schlüssel %');
  assert.equal(second.outcomeUnknown, false);
});

test('a read that is reset in mid-answer goes to the next endpoint', async (t) => {
  const bad = await scriptedServer(t, (call) => {
    call.open();
    call.stream.write(Buffer.from([0, 0, 0, 0, 100, 1, 2, 3]));
    setImmediate(() => call.stream.close(2));
  });
  const good = await scriptedServer(t, answer);
  const client = transport(t, [bad.address, good.address]);
  const reply = await client.callRaw('KV', 'range', { key });
  assert.equal(reply.endpoint, good.address);
  assert.equal(bad.calls.length, 1);
});

test('a write that is reset is not sent again, and its outcome is said to be unknown', async (t) => {
  const bad = await scriptedServer(t, (call) => call.stream.close(2));
  const good = await scriptedServer(t, answer);
  const error = await failure(transport(t, [bad.address, good.address]).call('KV', 'put', put));
  assert.equal(error.outcomeUnknown, true);
  assert.match(error.message, /the server reset the call \(INTERNAL_ERROR\); the outcome of this write is unknown$/);
  assert.equal(bad.calls.length + good.calls.length, 1);
});

test('a write that the server has proposed, and does not know the end of, is not sent again', async (t) => {
  const server = await scriptedServer(t, (call) => call.refuse(14, 'etcdserver: request timed out'));
  const client = transport(t, [server.address]);
  const write = await failure(client.call('KV', 'put', put));
  assert.equal(write.outcomeUnknown, true);
  assert.equal(write.etcdText, 'etcdserver: request timed out');
  assert.match(write.message, /etcdserver: request timed out; the outcome of this write is unknown$/);
  assert.equal(server.calls.length, 1);
  const read = await failure(client.call('KV', 'range', { key }));
  assert.equal(read.outcomeUnknown, false);
});

test('a write that was refused unprocessed goes to the next endpoint', async (t) => {
  const bad = await scriptedServer(t, (call) => call.stream.close(7));
  const good = await scriptedServer(t, answer);
  await transport(t, [bad.address, good.address]).call('KV', 'put', put);
  assert.equal(good.calls.length, 1);
});

test('a write beyond the last stream of GOAWAY is sent again on a new connection, one before it is not', async (t) => {
  const lastProcessed = [1, 3];
  const server = await scriptedServer(t, (call) => {
    // Stream 1 is answered; with stream 3 the server goes away, and says how far it got.
    if (call.stream.id !== 3) return answer(call);
    call.session.goaway(0, lastProcessed.shift());
    setTimeout(() => call.session.destroy(), 20);
    return undefined;
  });
  const again = transport(t, [server.address]);
  await again.call('KV', 'put', put);
  await again.call('KV', 'put', put);
  assert.equal(server.calls.length, 3);
  assert.equal(server.sessions.length, 2);

  const once = transport(t, [server.address]);
  await once.call('KV', 'put', put);
  const error = await failure(once.call('KV', 'put', put));
  assert.match(error.message, /the server closed the connection; the outcome of this write is unknown$/);
  assert.equal(server.calls.length, 5);
});

test('after GOAWAY a call that is under way ends well, and the next takes a new connection', async (t) => {
  const server = await scriptedServer(t, (call) => {
    if (call.index === 0) call.session.goaway(0, 1);
    setTimeout(() => answer(call), 50);
  });
  const client = transport(t, [server.address]);
  await client.call('KV', 'range', { key });
  await client.call('KV', 'range', { key });
  assert.equal(server.sessions.length, 2);
});

test('GOAWAY with an error code ends the calls', async (t) => {
  const server = await scriptedServer(t, (call) => call.session.goaway(11, 1));
  const error = await failure(transport(t, [server.address]).call('KV', 'put', put));
  assert.equal(error.outcomeUnknown, true);
});

test('an answer that never comes ends with the deadline, which names method and endpoint', async (t) => {
  const server = await scriptedServer(t, () => {});
  const client = transport(t, [server.address], { commandTimeout: 1500 });
  const error = await failure(client.call('KV', 'range', { key }));
  assert.equal(error.message, `${server.address}: no answer to range within 1.5s`);
  assert.equal(error.etcdText, 'context deadline exceeded');
  assert.ok(Number(/^(\d+)m$/.exec(String(server.calls[0]?.headers['grpc-timeout']))?.[1]) <= 1500);
  const write = await failure(client.call('KV', 'put', put));
  assert.match(write.message, /no answer to put within 1.5s; the outcome of this write is unknown/);
});

test('a half-open connection ends the calls when a keepalive ping has no answer', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const server = await startEtcd(t);
  const proxy = await startProxy(t, server);
  const client = transport(t, [proxy.address], {
    keepaliveTime: 100,
    keepaliveTimeout: 100,
    keepaliveFloor: 1,
  });
  const watch = client.duplex<object, { created: boolean }>('Watch', 'watch');
  void watch.send({ create_request: { key } });
  const events = watch[Symbol.asyncIterator]();
  assert.equal((await events.next()).value.created, true);
  proxy.swallow('both');
  const error = await failure(events.next());
  assert.match(error.message, /the connection is dead: a keepalive ping had no answer/);
  proxy.heal();
  await client.call('KV', 'range', { key });
});

test('the swallowed answer of a put: sent once, the error says that the outcome is unknown', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const server = await startEtcd(t);
  const proxy = await startProxy(t, server);
  const client = transport(t, [proxy.address], { commandTimeout: 1000 });
  await client.call('KV', 'range', { key });
  proxy.swallow('answers');
  setTimeout(() => proxy.cut(), 100);
  const error = await failure(client.call('KV', 'put', { key: Buffer.from('only-once'), value: key }));
  assert.equal(error.outcomeUnknown, true);
  assert.match(error.message, /the outcome of this write is unknown$/);
  proxy.heal();
  assert.equal(proxy.received().split('only-once').length - 1, 1);
  const direct = transport(t, [server.address]);
  const { kvs } = await direct.call<{ kvs: { version: string }[] }>('KV', 'range', { key: Buffer.from('only-once') });
  assert.equal(kvs[0]?.version, '1');
});

test('headers that are too large end the call', async (t) => {
  const server = await scriptedServer(t, (call) => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'y'.repeat(100)]));
    call.open(many);
    call.finish();
  });
  const error = await failure(transport(t, [server.address]).call('KV', 'put', put));
  assert.match(error.message, /headers/);
});

test('a message over --max-recv-bytes is refused with the words of gRPC', async (t) => {
  const server = await scriptedServer(t, (call) => {
    call.open();
    call.send('RangeResponse', { kvs: [{ key, value: Buffer.alloc(5000) }] });
    call.finish();
  });
  const error = await failure(transport(t, [server.address], { maxRecvBytes: 1000 }).call('KV', 'range', { key }));
  assert.match(
    error.etcdText,
    /^rpc error: code = ResourceExhausted desc = grpc: received message larger than max \(50\d\d vs\. 1000\)$/,
  );
  const { message } = await transport(t, [server.address]).callRaw('KV', 'range', { key });
  assert.ok(message.length > 5000);
});

test('a request over --max-request-bytes is not sent', async (t) => {
  const server = await scriptedServer(t, answer);
  const client = transport(t, [server.address], { maxRequestBytes: 100 });
  const error = await failure(client.call('KV', 'put', { key, value: Buffer.alloc(200) }));
  assert.equal(
    error.etcdText,
    'rpc error: code = ResourceExhausted desc = trying to send message larger than max (206 vs. 100)',
  );
  assert.equal(server.calls.length, 0);
});

test('another content type and an HTTP error are told', async (t) => {
  const server = await scriptedServer(t, (call) => {
    call.stream.respond({ ':status': call.index === 0 ? 200 : 503, 'content-type': 'text/html' });
    call.stream.end('<html>');
  });
  const client = transport(t, [server.address]);
  const first = await failure(client.call('KV', 'put', put));
  assert.match(first.message, /the server answered HTTP status 200, content type "text\/html": it is no gRPC server/);
  assert.equal(first.code, Code.Unknown);
  assert.equal((await failure(client.call('KV', 'put', put))).code, Code.Unavailable);
});

test('HTTP/1.1 on the port is told, and a server that hangs up or says nothing', async (t) => {
  const listen = async (onData: (socket: import('node:net').Socket) => void) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      onData(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  const http1 = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  const told = await failure(transport(t, [http1]).call('KV', 'range', { key }));
  assert.equal(
    told.message,
    `cannot connect to ${http1}: the server speaks HTTP/1 ("HTTP/1.1 400 Bad Request"), not gRPC`,
  );
  const hangsUp = await listen((socket) => socket.once('data', () => socket.end()));
  const ended = await failure(transport(t, [hangsUp]).call('KV', 'put', put));
  assert.match(ended.message, /cannot connect to .*: the (connection was reset|server closed the connection)/);
  const silent = await listen((socket) => t.after(() => void socket.destroy()));
  const mute = await failure(transport(t, [silent], { handshakeTimeout: 100 }).call('KV', 'put', put));
  assert.match(mute.message, /connected, but the server said nothing for 0\.1s/);
});

test('a bidirectional stream is opened again, with what was sent, until the first answer', async (t) => {
  const server = await scriptedServer(t, (call) => {
    if (call.index === 0) return call.stream.close(7);
    call.open();
    call.stream.once('data', () => {
      call.send('WatchResponse', { watch_id: '5' });
      if (call.index > 1) call.finish(14, 'etcdserver: no leader');
      else setTimeout(() => call.session.destroy(), 20);
    });
    return undefined;
  });
  const client = transport(t, [server.address]);
  const watch = client.duplex<object, { watch_id: string }>('Watch', 'watch', { requireLeader: true });
  void watch.send({ create_request: { key } });
  const answers = watch[Symbol.asyncIterator]();
  assert.equal((await answers.next()).value.watch_id, '5');
  const broken = await failure(answers.next());
  assert.equal(broken.code, Code.Unavailable);
  assert.equal(server.calls[1]?.headers.hasleader, 'true');
  assert.deepEqual(await answers.next(), { done: true, value: undefined });
});

test('cancelling resets the stream on the server', async (t) => {
  const reset = new Promise<number>((resolve) => {
    void scriptedServer(t, (call) => {
      call.open();
      call.stream.on('close', () => resolve(call.stream.rstCode));
    }).then(async (server) => {
      const abort = new AbortController();
      const pending = transport(t, [server.address]).call('KV', 'put', put, { signal: abort.signal });
      setTimeout(() => abort.abort(), 50);
      const error = await failure(pending);
      assert.equal(error.code, Code.Canceled);
    });
  });
  assert.equal(await reset, 8);
});
