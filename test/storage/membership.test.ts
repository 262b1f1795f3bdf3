import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newCluster } from '../../src/storage/raft/membership.js';
import { storedMember } from '../../src/storage/raft/stored-member.js';

/** Whether two lists of peer URLs mean the same member. */
function same(cluster: string, advertised: string): Promise<boolean> {
  return newCluster({
    name: 'n',
    initialCluster: cluster
      .split(',')
      .map((url) => `n=${url}`)
      .join(','),
    initialClusterToken: 'token',
    initialAdvertisePeerUrls: advertised.split(','),
  }).then(
    () => true,
    (error: Error) => {
      assert.match(
        error.message,
        /^--initial-(cluster|advertise-peer-urls) has .* but missing from |^failed to resolve /,
      );
      return false;
    },
  );
}

// As etcdutl 3.5 to 3.7 judge them.
const SAME = [
  ['http://[::1]:2380', 'http://[0:0:0:0:0:0:0:1]:2380'],
  ['http://[FD00::A]:2380', 'http://[fd00::a]:2380'],
  ['http://[fd00:0::a]:2380', 'http://[fd00::a]:2380'],
  ['http://[::ffff:10.0.0.1]:2380', 'http://10.0.0.1:2380'],
  ['http://10.0.0.1:02380', 'http://10.0.0.1:2380'],
  ['http://10.0.0.1:1,http://[::1]:2', 'http://[0::1]:2,http://10.0.0.1:1'],
  ['http://localhost:2380', 'http://localhost:2380'],
] as const;

const DIFFERENT = [
  ['http://localhost:2380', 'http://127.0.0.1:2380'],
  ['http://10.0.0.1:2380', 'http://10.0.0.1:2381'],
  ['http://10.0.0.1:2380', 'https://10.0.0.1:2380'],
  ['http://[::1]:2380', 'http://[::2]:2380'],
  ['http://10.0.0.1:1,http://10.0.0.1:2', 'http://10.0.0.1:1'],
  ['http://no-such-host.invalid:2380', 'http://10.0.0.1:2380'],
] as const;

test('peer URLs are the same when their addresses are, however they are spelt', async () => {
  for (const [a, b] of SAME) {
    assert.equal(await same(a, b), true, `${a} ${b}`);
    assert.equal(await same(b, a), true, `${b} ${a}`);
  }
  for (const [a, b] of DIFFERENT) {
    assert.equal(await same(a, b), false, `${a} ${b}`);
    assert.equal(await same(b, a), false, `${b} ${a}`);
  }
});

test('an entry of the bucket members is a member, or none', () => {
  const read = (key: string, value: string) => storedMember(Buffer.from(key), Buffer.from(value));
  const nothing = { name: '', isLearner: false, peerUrls: [], clientUrls: [] };
  assert.deepEqual(
    read(
      '8e9e05c52164694d',
      '{"id":1,"name":"m","isLearner":true,"peerURLs":["http://a"],"clientURLs":[1,"http://b"]}',
    ),
    { id: 0x8e9e05c52164694dn, name: 'm', isLearner: true, peerUrls: ['http://a'], clientUrls: ['http://b'] },
  );
  assert.deepEqual(read('1', '{"name":1,"peerURLs":null}'), { id: 1n, ...nothing });
  for (const [key, value] of [
    ['8e9e"94d', '{}'],
    ['', '{}'],
    ['8e9e05c52164694d0', '{}'],
    ['-1', '{}'],
    ['1', 'null'],
    ['1', '"text"'],
    ['1', '{'],
  ] as const) {
    assert.equal(read(key, value), undefined, `${key} ${value}`);
  }
});
