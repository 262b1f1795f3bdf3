import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEtcd } from '../support/etcd.js';
import { clientOf, OWN, skipWithoutV2, v2 } from './support.js';

const skip = skipWithoutV2();

test('keys', { skip }, async (t) => {
  const { endpoint } = await startEtcd(t, { enableV2: true });
  const run = clientOf(endpoint);
  const refused = async (argv: string[], options = {}) => {
    const { exit, stdout, stderr } = await v2(['--endpoints', endpoint, ...argv], options);
    return [exit, stdout, stderr.replace(/\[\d+\]/, '[N]')];
  };

  await t.test('get, set, update, mk and rm', async () => {
    assert.equal(await run('set', '/a/k', 'one  two'), 'one  two\n');
    assert.equal(await run('get', 'a/k'), 'one  two\n');
    assert.equal(await run('update', '/a/k', ''), '\n');
    assert.equal(
      await run('set', '/a/k', 'new', '--swap-with-value', 'nothing').catch((e) => e.message.slice(0, 33)),
      'exit code 4: Error:  101: Compare',
    );
    assert.equal(await run('mk', '/a/fresh', 'x'), 'x\n');
    assert.deepEqual(await refused(['mk', '/a/fresh', 'x']), [
      4,
      '',
      'Error:  105: Key already exists (/a/fresh) [N]\n',
    ]);
    assert.deepEqual(await refused(['update', '/nosuch', 'x']), [4, '', 'Error:  100: Key not found (/nosuch) [N]\n']);
    assert.equal(await run('rm', '/a/fresh'), 'PrevNode.Value: x\n');
    assert.deepEqual(await refused(['get', '/a/fresh']), [4, '', 'Error:  100: Key not found (/a/fresh) [N]\n']);
  });

  await t.test('keys of all kinds of characters', async () => {
    for (const key of ['/sp ace', '/ü?q=1&x#f%41', '/😀', '/plus+', '/back\\slash', '/quote"']) {
      await run('set', key, key);
      assert.equal(await run('get', key), `${key}\n`);
      assert.equal(await run('ls', key), `${key}\n`);
    }
  });

  await t.test('a value from standard input, also one that is no text', async () => {
    const set = (stdin: Uint8Array | string) => v2(['--endpoints', endpoint, 'set', '/in'], { stdin });
    assert.deepEqual(await set('with newline\n'), { exit: 0, stdout: 'with newline\n\n', stderr: '' });
    assert.deepEqual(await set(''), { exit: 1, stdout: '', stderr: 'Error:  value required\n' });
    await set(Buffer.from([0x61, 0xff, 0x62]));
    assert.equal(await run('get', '/in'), 'a\ufffdb\n');
  });

  await t.test('directories', async () => {
    assert.equal(await run('mkdir', '/d/e'), '');
    assert.deepEqual(await refused(['mkdir', '/d']), [4, '', 'Error:  105: Key already exists (/d) [N]\n']);
    assert.deepEqual(await refused(['get', '/d']), [1, '', '/d: is a directory\n']);
    assert.deepEqual(await refused(['rm', '--dir', '/d']), [4, '', 'Error:  108: Directory not empty (/d) [N]\n']);
    assert.equal(await run('setdir', '/d/f', '--ttl', '300'), '');
    assert.equal(await run('updatedir', '/d/f', '--ttl', '900'), '');
    await run('set', '/d/e/k', '1');
    await run('set', '/d/_hidden', '1');
    assert.equal(await run('ls', '-r', '--sort', '-p', '/d'), '/d/e/\n/d/e/k\n/d/f/\n');
    assert.equal(await run('rmdir', '/d/f'), '');
    assert.equal(await run('rm', '-r', '/d'), '');
  });

  await t.test('keys in order', async () => {
    await run('mk', '--in-order', '/queue', 'first');
    await run('mk', '/queue', 'second', '--in-order', '--ttl', '100');
    const [one, two, ...rest] = (await run('ls', '--sort', '/queue')).trim().split('\n');
    assert.match(one!, /^\/queue\/\d{20}$/);
    assert.ok(one! < two! && rest.length === 0);
  });

  await t.test('conditions of rm', async () => {
    await run('set', '/c', 'is');
    assert.deepEqual(await refused(['rm', '/c', '--with-value', 'was']), [
      4,
      '',
      'Error:  101: Compare failed ([was != is]) [N]\n',
    ]);
    const [, index] = /Modified-Index: (\d+)/.exec(await run('-o', 'extended', 'get', '/c'))!;
    assert.equal(await run('rm', '/c', '--with-index', index!, '--with-value', 'is'), '\n');
  });

  await t.test('formats', async () => {
    await run('set', '/f', '<v>', '--ttl', '1000');
    assert.match(
      await run('-o', 'extended', 'get', '/f'),
      /^Key: \/f\nCreated-Index: \d+\nModified-Index: \d+\nTTL: 1000\nIndex: \d+\n\n<v>\n$/,
    );
    assert.match(
      await run('--output=json', 'get', '/f'),
      /^\{"action":"get","node":\{"key":"\/f","value":"\\u003cv\\u003e","nodes":null,"createdIndex":\d+,"modifiedIndex":\d+,"expiration":"[-\d]+T[\d:.]+Z","ttl":1000\},"prevNode":null\}\n$/,
    );
    assert.deepEqual(await refused(['-o', 'xml', 'get', '/f']), [0, '', 'Unsupported output format: xml\n']);
  });

  await t.test('--debug shows requests as curl commands, and no password', async () => {
    const { stderr } = await v2([
      '--debug',
      '--no-sync',
      '-u',
      'root:secret',
      '--endpoints',
      endpoint,
      'set',
      '/k',
      'v w',
    ]);
    assert.equal(
      stderr,
      `Cluster-Endpoints: ${endpoint}\ncURL Command: curl -X PUT ${endpoint}/v2/keys/k -d "value=v+w"\n`,
    );
  });

  await t.test('the environment names endpoints, before the option --endpoint', async () => {
    await run('set', '/env', 'found');
    const env = { ETCDCTL_ENDPOINTS: endpoint, ETCDCTL_PEERS: 'http://127.0.0.1:1' };
    assert.equal((await v2(['get', '/env'], { env })).stdout, 'found\n');
    assert.equal((await v2(['--endpoint', 'http://127.0.0.1:1', 'get', '/env'], { env })).stdout, 'found\n');
    assert.equal((await v2(['--endpoints', 'http://127.0.0.1:1', 'get', '/env'], { env })).exit, 2);
  });

  await t.test('the etcdctl of 3.5 has another exit code for missing arguments', async () => {
    const { exit } = await v2(['--endpoints', endpoint, 'get'], { mode: { tool: 'etcdctl', version: '3.5' } });
    assert.equal(exit, 128);
    assert.deepEqual(await refused(['get']), [1, '', 'Error:  key required\n']);
  });

  await t.test('migrate: a dry run first, then keys with leases; what is there stays', async () => {
    await run('set', '/m/a', '1');
    await run('set', '/m/t', '2', '--ttl', '600');
    await run('mkdir', '/m/empty');
    const migrate = (...flags: string[]) => v2(['--endpoints', endpoint, 'migrate', ...flags, '/m'], { mode: OWN });
    const dry = await migrate();
    assert.equal(dry.exit, 0);
    assert.match(dry.stdout, /^write {3}\/m\/a\nwrite {3}\/m\/t \(ttl \d+s\)\n$/);
    assert.match(dry.stderr, /empty directory.*2 keys would be written.*dry run/s);
    assert.match((await migrate('--apply')).stderr, /2 keys written/);
    assert.match((await migrate('--apply')).stderr, /0 keys written, 2 are in v3 already/);
    await run('set', '/m/a', 'changed');
    const conflict = await migrate('--apply');
    assert.equal(conflict.exit, 1);
    assert.match(conflict.stdout, /^differs \/m\/a\n/);
    assert.match((await migrate('--apply', '--overwrite')).stdout, /^write {3}\/m\/a\n/);
    assert.equal((await v2(['--endpoints', endpoint, 'migrate', '/m'])).exit, 3);
  });
});
