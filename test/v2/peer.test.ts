/** The same command lines through the real etcdctl and through ours, each with a server of its own: the same output and exit codes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { type EtcdServer, etcdctlBinary, startEtcd } from '../support/etcd.js';
import { skipWithoutV2, v2 } from './support.js';

const FORMATS = ['simple', 'extended', 'json'];
const inAllFormats = (...argv: string[]) => FORMATS.map((format) => ['-o', format, ...argv]);

const LINES: string[][] = [
  ...inAllFormats('set', '/a', 'ü 中 😀 <&>\u2028 \t'),
  ...inAllFormats('get', '/a'),
  ...inAllFormats('mk', '/a', 'again'),
  ...inAllFormats('mk', '--in-order', '/queue', 'job'),
  ...inAllFormats('mkdir', '/dir'),
  ...inAllFormats('setdir', '/dir2', '--ttl', '5000'),
  ...inAllFormats('updatedir', '/dir2'),
  ...inAllFormats('update', '/a', ''),
  ...inAllFormats('set', '/a', 'x', '--ttl', '5000', '--swap-with-value', 'y'),
  ...inAllFormats('ls', '-r', '--sort'),
  ...inAllFormats('rm', '/a', '--with-index', '1'),
  ...inAllFormats('rm', '/dir2'),
  ...inAllFormats('rm', '-r', '/dir2'),
  ...inAllFormats('get', '/nosuch/deeper'),
  ...inAllFormats('get', '/dir'),
  ...inAllFormats('set', '/a/below', 'x'),
  ...inAllFormats('rm', '-r', '/'),
  ['set', '/sp ace/ü?q=1&x#f%41', 'v'],
  ['ls', '-p', '--sort', 'sp ace/'],
  ['get', '/a', '-q', '--sort'],
  ['get', '//a/../a'],
  ['set', '--', '/dash', '-value'],
  ['set', '/dash', '-5'],
  ['set', '/k', 'v', '--ttl', '1.5'],
  ['--debug', 'set', '/k', 'v "w"', '--swap-with-value', 'a&b'],
  ['--debug', 'rm', '-r', '--dir', '/zz y'],
  ['-o', 'xml', 'get', '/k'],
  ['--total-timeout', '1ns', 'get', '/k'],
  ['cluster-health', 'extra'],
  ['member', 'list', 'x'],
  ['member', 'add', 'x', 'ftp://h:1'],
  ['member', 'update', 'zz', 'http://h:1'],
  ['user', 'add', 'u:p'],
  ['user', 'add', 'v:'],
  ['user', 'grant', 'u', '--roles', 'a,b'],
  ['role', 'add', 'r'],
  ['role', 'grant', 'r', '--path', '/a/*', '--rw'],
  ['role', 'grant', 'r', '--path', 'a', '--rw'],
  ['role', 'revoke', 'r', '--path', '/a/*', '--write'],
  ['role', 'get', 'r'],
  ['role', 'list'],
  ['user', 'get', 'nosuch'],
  ['auth', 'enable'],
  ['auth', 'disable'],
  [],
  ['help'],
  ['help', 'nosuch'],
  ['nosuch'],
  ['--version'],
  ['--nosuch', 'ls'],
  ['-o', 'a', '--output', 'b', 'ls'],
  ['ls', '--sort=maybe'],
  ['ls', '-rp'],
  ...['backup', 'cluster-health', 'mk', 'mkdir', 'rm', 'rmdir', 'get', 'ls', 'set', 'setdir'].map((name) => [
    name,
    '-h',
  ]),
  ...['update', 'updatedir', 'watch', 'exec-watch', 'member', 'user', 'role', 'auth'].map((name) => ['help', name]),
  ...['member', 'user', 'role', 'auth'].flatMap((name) => [[name], [name, 'help'], [name, 'nosuch'], [name, '-x']]),
  ...['member add', 'user passwd', 'role grant', 'auth enable'].map((name) => [...name.split(' '), '--help']),
];

const etcdctl = etcdctlBinary();

test('etcdctl with ETCDCTL_API=2 says the same', { skip: skipWithoutV2() || withoutPeer() }, async (t) => {
  const theirs = await startEtcd(t, { enableV2: true });
  const ours = await startEtcd(t, { enableV2: true });
  for (const line of LINES) {
    const expected = peer(['--endpoints', theirs.endpoint, ...line]);
    const found = await v2(['--endpoints', ours.endpoint, ...line], { stdin: '' });
    assert.deepEqual(plain(found, ours), plain(expected, theirs), line.join(' '));
  }
});

function withoutPeer(): string | false {
  if (!etcdctl) return 'no etcdctl to compare with';
  const { stdout } = peer(['--version']);
  return stdout.includes('API version: 2') ? false : 'the etcdctl here has no v2 API';
}

function peer(argv: string[]) {
  const env = { PATH: process.env.PATH, ETCDCTL_API: '2' };
  const { status, stdout, stderr } = spawnSync(etcdctl!, argv, { env, encoding: 'utf8' });
  return { exit: status, stdout, stderr };
}

/** Without what differs from server to server. */
function plain({ exit, stdout, stderr }: { exit: number | null; stdout: string; stderr: string }, server: EtcdServer) {
  const text = (raw: string) =>
    raw
      .replaceAll(server.endpoint, 'ENDPOINT')
      .replace(/\b[\da-f]{14,16}\b/g, 'ID')
      .replace(/"expiration":"[^"]*"/g, '"expiration":TIME')
      .replace(/(VERSION:\s+|version: )3\.\d+\.\d+/, '$1X');
  return { exit, stdout: text(stdout), stderr: text(stderr) };
}
