import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { test } from 'node:test';
import { discoverEndpoints } from '../../src/connection/discovery.js';
import type { Cleanup } from '../support/etcd.js';

interface Srv {
  priority: number;
  weight: number;
  port: number;
  target: string;
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter(Boolean);
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

function answer(query: Buffer, zone: Record<string, Srv[]>): Buffer {
  const labels: string[] = [];
  let pos = 12;
  for (; query[pos] !== 0; pos += query[pos]! + 1)
    labels.push(query.toString('latin1', pos + 1, pos + 1 + query[pos]!));
  const records = zone[labels.join('.').toLowerCase()];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(records ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(records?.length ?? 0, 6);
  header.fill(0, 8);
  const answers = (records ?? []).map(({ priority, weight, port, target }) => {
    const data = Buffer.concat([Buffer.alloc(6), nameBytes(target)]);
    for (const [i, value] of [priority, weight, port].entries()) data.writeUInt16BE(value, i * 2);
    // Name: a pointer to the question. Type 33 (SRV), class IN, time to live 1.
    return Buffer.concat([Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 1, 0, data.length]), data]);
  });
  return Buffer.concat([header, query.subarray(12, pos + 5), ...answers]);
}

/** A name server on loopback that this process asks until the test ends. */
async function nameServer(owner: Cleanup, zone: Record<string, Srv[]>): Promise<void> {
  const socket = createSocket('udp4', (query, from) => socket.send(answer(query, zone), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const before = dns.getServers();
  dns.promises.setServers([`127.0.0.1:${socket.address().port}`]);
  owner.after(() => {
    dns.promises.setServers(before);
    socket.close();
  });
}

const srv = (target: string, priority = 0): Srv => ({ priority, weight: 0, port: 2379, target });

test('SRV records give endpoints with their scheme, secure ones first', async (t) => {
  await nameServer(t, {
    '_etcd-client-ssl._tcp.example.test': [srv('b.example.test', 2), srv('a.example.test', 1)],
    '_etcd-client._tcp.example.test': [srv('c.example.test')],
    '_etcd-client-blue._tcp.example.test': [srv('blue.example.test')],
  });
  const lines: string[] = [];
  const options = { endpoints: [], trace: (line: string) => lines.push(line) };
  const secure = ['https://a.example.test:2379', 'https://b.example.test:2379'];
  assert.deepEqual(await discoverEndpoints('example.test', options), [...secure, 'http://c.example.test:2379']);
  assert.deepEqual(await discoverEndpoints('example.test', { ...options, insecureDiscovery: false }), secure);
  assert.ok(lines.includes('ignoring discovered insecure endpoint "http://c.example.test:2379"'));
  assert.ok(lines.some((line) => line.startsWith('DNS SRV _etcd-client-ssl._tcp.example.test: ')));
  const blue = await discoverEndpoints('example.test', { ...options, discoverySrvName: 'blue' });
  assert.deepEqual(blue, ['http://blue.example.test:2379']);
  await assert.rejects(
    discoverEndpoints('other.test', options),
    /^Failure: dns lookup errors: lookup _etcd-client-ssl\._tcp\.other\.test on 127\.0\.0\.1:\d+: no such host and lookup _etcd-client\._tcp\.other\.test on 127\.0\.0\.1:\d+: no such host$/,
  );
});
