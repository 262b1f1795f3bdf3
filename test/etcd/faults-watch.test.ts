import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SortOrder, SortTarget } from 'etcd3/lib/rpc';
import { clientOver, type EtcdClient } from '../../src/etcd/client.js';
import { readRange } from '../../src/etcd/range.js';
import { Watch, type WatchRange, type WatchResponse } from '../../src/etcd/watch.js';
import { prefixRange } from '../../src/rpc/keys.js';
import { type Cleanup, type EtcdCluster, skipWithoutEtcd, startCluster, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
import { eventually } from '../support/running.js';
import { transport } from '../support/transport.js';

const skip = skipWithoutEtcd();
const cleanups: (() => void | Promise<void>)[] = [];
const owner: Cleanup = { after: (fn) => void cleanups.push(fn) };
let cluster: EtcdCluster;

before(async () => {
  if (!skip) cluster = await startCluster(owner, 3, { tls: 'mutual' });
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A client of all members, the one numbered `first` in front. */
function clientOf(t: Cleanup, first = 0): EtcdClient {
  const { members } = cluster;
  const { ca, client } = members[0]!.certs!;
  const order = [...members.slice(first), ...members.slice(0, first)].map(({ endpoint }) => endpoint);
  const settings = { cacert: ca, cert: client.cert, key: client.key, dialTimeout: 1000 };
  return clientOver(
    transport(t, order, { ...settings, keepaliveFloor: 500, keepaliveTime: 500, keepaliveTimeout: 500 }),
  );
}

/** A watch that is iterated, and what has come of it. */
class Followed {
  readonly answers: WatchResponse[] = [];
  readonly troubles: string[] = [];
  readonly ended: Promise<void>;
  private readonly stop = new AbortController();
  readonly watch: Watch;

  constructor(t: Cleanup, client: EtcdClient, range: WatchRange) {
    const trouble = (text: string) => void this.troubles.push(text);
    this.watch = new Watch(client.callable, range, { signal: this.stop.signal, trouble });
    this.ended = this.follow();
    this.ended.catch(() => {});
    t.after(() => {
      this.stop.abort();
      // It may have connected anew when its client was closed before it.
      client.close();
    });
  }

  private async follow(): Promise<void> {
    for await (const answer of this.watch) this.answers.push(answer);
  }

  /** Key and revision of each event. */
  get events(): string[] {
    return this.answers.flatMap(({ events }) => events.map(({ kv }) => `${kv.key}@${kv.mod_revision}`));
  }
}

/** Writes a key of each number once, three in a transaction, whatever breaks; sees to it that the cluster has them all. */
async function writeAll(
  client: EtcdClient,
  prefix: string,
  count: number,
  each?: (i: number) => unknown,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    await each?.(i);
    const keys = ['a', 'b', 'c'].map((letter) => Buffer.from(`${prefix}${String(i).padStart(4, '0')}${letter}`));
    const compare = [{ key: keys[0]!, target: 0, result: 0, version: 0 }];
    const success = keys.map((key) => ({ request_put: { key, value: key } }));
    await eventually(
      () =>
        client.kv.txn({ compare, success, failure: [] } as never).then(
          () => true,
          () => false,
        ),
      () => `a write of ${keys[0]}`,
    );
  }
}

/** What the cluster says that happened: every key that there is, in the order of the revisions. */
async function written(client: EtcdClient, prefix: string): Promise<string[]> {
  const { kvs } = await client.kv.range({
    ...prefixRange(Buffer.from(prefix)),
    sort_target: SortTarget.Mod,
    sort_order: SortOrder.Ascend,
  } as never);
  return kvs.map(({ key, mod_revision }) => `${key}@${mod_revision}`);
}

function sameEvents(followed: Followed, expected: string[]): void {
  const perRevision = (events: string[]) => [...events].sort();
  assert.deepEqual(perRevision(followed.events), perRevision(expected));
  const revisions = followed.events.map((event) => BigInt(event.split('@')[1]!));
  assert.ok(
    revisions.every((revision, i) => i === 0 || revision >= revisions[i - 1]!),
    'in the order of the revisions',
  );
}

test('a member is killed and comes back under a watch and a paged get: nothing is lost or doubled', {
  skip,
}, async (t) => {
  const client = clientOf(t);
  const followed = new Followed(t, client, { ...prefixRange(Buffer.from('/kill/')), revision: 1n });
  const victim = cluster.members[0]!;
  const writer = clientOf(t, 1);
  let back: Promise<void> | undefined;
  await writeAll(writer, '/kill/', 120, async (i) => {
    if (i === 40)
      await eventually(
        () => followed.answers.length > 0,
        () => 'the first events',
      );
    if (i === 40) await victim.stop('SIGKILL');
    if (i === 80) back = victim.restart();
  });
  await back;
  const expected = await written(writer, '/kill/');
  assert.equal(expected.length, 360);
  await eventually(
    () => followed.events.length >= expected.length,
    () => `${followed.events.length} of 360 events`,
  );
  sameEvents(followed, expected);
  assert.ok(followed.troubles.length > 0, 'the watch was on the member that was killed');

  const reader = clientOf(t);
  const keys: string[] = [];
  let killed: Promise<void> | undefined;
  for await (const page of readRange(reader, prefixRange(Buffer.from('/kill/')))) {
    killed ??= victim.stop('SIGKILL');
    await killed;
    keys.push(...page.kvs.map(({ key }) => String(key)));
  }
  await victim.restart();
  assert.deepEqual(keys, expected.map((event) => event.split('@')[0]!).sort());
});

test('a member without its leader: the watch moves on', { skip }, async (t) => {
  const [cutOff, ...others] = cluster.members;
  const followed = new Followed(t, clientOf(t), { key: Buffer.from('moved'), revision: 1n });
  const writer = clientOf(t, 1);
  await writer.kv.put({ key: Buffer.from('moved'), value: Buffer.from('before') });
  await eventually(
    () => followed.events.length === 1,
    () => 'the first event',
  );
  for (const other of others) other.pause();
  t.after(() => {
    for (const member of cluster.members) member.resume();
  });
  await eventually(
    () => followed.troubles.some((text) => text.includes('no leader')),
    () => String(followed.troubles),
  );
  for (const other of others) other.resume();
  cutOff!.pause();
  await eventually(
    () =>
      writer.kv.put({ key: Buffer.from('moved'), value: Buffer.from('after') }).then(
        () => true,
        () => false,
      ),
    () => 'a leader',
  );
  const { kvs } = await writer.kv.range({ key: Buffer.from('moved') });
  await eventually(
    () => followed.events.at(-1) === `moved@${kvs[0]!.mod_revision}`,
    () => `${followed.events}`,
  );
  assert.equal(followed.events.length, Number(kvs[0]!.version));
});

test('answers of many megabytes, broken in their middle again and again, come whole', { skip }, async (t) => {
  const server = await startEtcd(t);
  const direct = clientOver(transport(t, [server.endpoint]));
  const value = Buffer.alloc(10_000, 'v');
  for (let i = 0; i < 10; i++) {
    const success = Array.from({ length: 100 }, (_, n) => ({
      request_put: { key: Buffer.from(`/big/${String(i * 100 + n).padStart(4, '0')}`), value },
    }));
    await direct.kv.txn({ compare: [], success, failure: [] });
  }
  const proxy = await startProxy(t, server);
  // With a limit the server is asked for fragments.
  for (const maxRecvBytes of [0, 4_000_000]) {
    const client = clientOver(transport(t, [proxy.address], { maxRecvBytes }));
    const range = { ...prefixRange(Buffer.from('/big/')), revision: 1n };
    const followed = new Followed(t, client, range);
    let cuts = 0;
    for (let seen = 0; cuts < 3 && followed.events.length < 1000; ) {
      await eventually(
        () => followed.events.length > seen,
        () => `more than ${seen} events`,
      );
      seen = followed.events.length;
      cuts += 1;
      proxy.cut();
    }
    await eventually(
      () => followed.events.length >= 1000,
      () => `${followed.events.length} events`,
    );
    assert.deepEqual(
      followed.events.map((event) => event.slice(5, 9)),
      Array.from({ length: 1000 }, (_, i) => String(i).padStart(4, '0')),
    );
  }
});

test('a compacted start, progress, and a limit that no answer keeps to', { skip }, async (t) => {
  const server = await startEtcd(t);
  const client = clientOver(transport(t, [server.endpoint]));
  const put = (value: Buffer) => client.kv.put({ key: Buffer.from('k'), value });
  for (const text of ['1', '2', '3']) await put(Buffer.from(text));
  await client.kv.compact({ revision: '3' });
  const late = new Followed(t, client, { key: Buffer.from('k'), revision: 1n });
  await late.ended;
  assert.deepEqual(
    late.answers.map(({ canceled, compact_revision }) => [canceled, compact_revision]),
    [[true, '3']],
  );
  const followed = new Followed(t, client, { key: Buffer.from('k'), revision: 4n });
  await eventually(
    () => followed.events.length === 1,
    () => 'the event of revision 4',
  );
  followed.watch.requestProgress();
  await eventually(
    () => followed.answers.length === 2,
    () => 'progress',
  );
  assert.deepEqual([followed.answers[1]!.events, followed.answers[1]!.header?.revision], [[], '4']);
  await put(Buffer.alloc(100_000));
  const small = clientOver(transport(t, [server.endpoint], { maxRecvBytes: 50_000 }));
  await assert.rejects(new Followed(t, small, { key: Buffer.from('k'), revision: 4n }).ended, /larger than max/);
});

test('a token that runs out under a watch: it goes on, and another on the same connection logs in again', {
  skip,
}, async (t) => {
  const server = await startEtcd(t, { rootPassword: 'secret', extraArgs: ['--auth-token-ttl', '1'] });
  const lines: string[] = [];
  const settings = { user: 'root:secret', trace: (line: string) => lines.push(line) };
  const client = clientOver(transport(t, [server.endpoint], settings));
  const writer = clientOver(transport(t, [server.endpoint], { user: 'root:secret' }));
  const put = (value: string) => writer.kv.put({ key: Buffer.from('k'), value: Buffer.from(value) });
  await put('1');
  const first = new Followed(t, client, { key: Buffer.from('k'), revision: 1n });
  await eventually(
    () => first.events.length === 1,
    () => 'the first event',
  );
  const logins = () => lines.filter((line) => line.includes('logging in')).length;
  assert.equal(logins(), 1);
  const stale = await staleToken(client);
  await eventually(
    () => stale(),
    () => 'a token that is not valid any more',
  );
  const second = new Followed(t, client, { key: Buffer.from('k'), revision: 1n });
  await put('2');
  for (const followed of [first, second]) {
    await eventually(
      () => followed.events.length === 2,
      () => `${followed.events} ${followed.troubles}`,
    );
  }
  assert.equal(logins(), 2);
});

/** Tells whether the token that the client's connection has now is refused. */
async function staleToken(client: EtcdClient): Promise<() => Promise<boolean>> {
  const core = (
    client.callable as unknown as { core: { cluster: { channel(e: string): { live(): { token?: string } } } } }
  ).core;
  const jwtToken = core.cluster.channel(client.callable.endpoints[0]!).live().token!;
  return async () => {
    const { Transport } = await import('../../src/connection/transport.js');
    const other = new Transport({ endpoints: client.callable.endpoints, jwtToken, commandTimeout: 5000 });
    try {
      await other.call('KV', 'range', { key: Buffer.from('k') });
      // Each use of a token makes it live longer.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return false;
    } catch (error) {
      return String(error).includes('invalid auth token');
    } finally {
      other.close();
    }
  };
}
