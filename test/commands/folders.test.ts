import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childOf, folderOf } from '../../src/etcd/folder.js';
import { runLine } from '../cli/support.js';
import { httpCall, skipWithoutEtcd, startEtcd } from '../support/etcd.js';

const skip = skipWithoutEtcd();

test('what a key makes visible in a folder', () => {
  const child = (path: string, key: string) => {
    const { key: name, folder } = childOf(folderOf(path), Buffer.from(key));
    return [name.toString(), folder];
  };
  assert.deepEqual(child('', '/registry/pods/x'), ['/registry/', true]);
  assert.deepEqual(child('', 'plain'), ['plain', false]);
  assert.deepEqual(child('', '/plain'), ['/plain', false]);
  assert.deepEqual(child('/registry', '/registry/pods/x'), ['/registry/pods/', true]);
  assert.deepEqual(child('/registry/pods/', '/registry/pods/x'), ['/registry/pods/x', false]);
  assert.deepEqual(child('/a', '/a//b'), ['/a//', true]);
});

test('ls and tree', { skip }, async (t) => {
  const etcd = await startEtcd(t);
  const names = ['/a/k1', '/a/k2', '/a/sub/x', '/a/sub/y', '/b', 'c/d', '/many/last'];
  for (let i = 0; i < 60; i++) names.push(`/many/m/${String(i).padStart(3, '0')}`, `/a/w${i}`);
  for (const name of names) {
    const body = { key: Buffer.from(name).toString('base64'), value: 'dg==' };
    await httpCall(etcd, 'POST', '/v3/kv/put', body);
  }
  const run = async (...argv: string[]) => {
    const { exit, stdout, stderr } = await runLine('ketcdctl', ['--endpoints', etcd.address, ...argv]);
    return exit === 0 ? stdout : `${exit} ${stderr}`;
  };

  assert.equal(await run('ls'), '/a/\n/b\n/many/\nc/\n');
  assert.equal(await run('ls', '/many'), '/many/last\n/many/m/\n');
  assert.equal((await run('ls', '/a/')).trim().split('\n').length, 63);
  assert.equal((await run('ls', '-r', '/a')).trim().split('\n').length, 64);
  assert.equal(await run('ls', '-l', '/many'), '        -  /many/last\n       60  /many/m/\n');
  assert.equal(await run('ls', '/b'), '/b\n');
  assert.match(await run('ls', '/nosuch'), /^1 Error: there is no key \/nosuch/);
  assert.equal(
    await run('ls', '-w', 'jsonl', '-l', '/many'),
    '{"key":"/many/last","folder":false}\n{"key":"/many/m/","folder":true,"keys":60}\n',
  );
  assert.match(await run('ls', '-w', 'json'), /^4 /);
  assert.equal(await run('ls', '--rev', '2'), '/a/\n');

  assert.equal(await run('tree', '-L', '1'), '.\n├── /a/  (64 keys)\n├── /b\n├── /many/  (61 keys)\n└── c/  (1 key)\n');
  assert.equal(await run('tree', '/many', '-L', '1'), '/many/\n├── last\n└── m/  (60 keys)\n');
  const all = await run('tree', '-L', '0');
  assert.ok(
    all.includes('├── /many/\n│   ├── last\n│   └── m/\n│       ├── 000\n') && all.endsWith('└── c/\n    └── d\n'),
  );
});
