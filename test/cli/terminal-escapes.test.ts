/** What others have put into names, values and messages does not steer the terminal of whoever looks at it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf, save, tempDir } from '../storage/support.js';
import { type Cleanup, type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { skipWithoutTerminal, startInTerminal } from '../support/pseudo-terminal.js';
import { scriptedServer } from '../support/scripted-server.js';

const skip = skipWithoutEtcd() || skipWithoutTerminal();
const cleanups: (() => void | Promise<void>)[] = [];
const owner: Cleanup = { after: (fn) => void cleanups.push(fn) };

/** The title of the window is set, the screen is cleared (also by the one character that is as good as two), a line is written over. */
const EVIL = 'e\x1b]0;pwned\x07\x1b[2J\u009b2J\rover';
/** What of that must not come to the terminal. */
const STEERS = /\x07|\x1b\]|\x1b\[2J|\u009b|\r(?!\n|\x1b\[K)over/;
/** How it is shown, by each format in its own way. */
const SHOWN = /\\x1b|\\u001b|\\e\]|\^\[|\\x07/;

let server: EtcdServer;
let refusing: string;
let snapshot: string;
let manifest: string;
let dir: string;

before(async () => {
  if (skip) return;
  server = await startEtcd(owner);
  const client = clientOf(owner, server);
  const put = (key: string, value: string) => client.kv.put({ key: Buffer.from(key), value: Buffer.from(value) });
  await put(`/app/${EVIL}/${EVIL}`, EVIL);
  await put(`/app/${EVIL}/${EVIL}`, `${EVIL} again`);
  await put('/app/json', JSON.stringify({ [EVIL]: EVIL }));
  await put('/registry/namespaces/shop', '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","uid":"1"}}');
  const metadata = {
    name: EVIL,
    namespace: 'shop',
    uid: EVIL,
    labels: { [EVIL]: EVIL },
    managedFields: [{ manager: EVIL, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
  };
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [EVIL]: EVIL } };
  await put(`/registry/configmaps/shop/${EVIL}`, JSON.stringify(config));
  await put('/registry/configmaps/shop/plain', JSON.stringify({ ...config, metadata: { ...metadata, name: 'plain' } }));
  await put(`/registry/configmaps/shop/broken${EVIL}`, 'k8s\0broken');
  const names = { plural: 'evils', kind: EVIL, shortNames: [EVIL] };
  const columns = [{ name: EVIL, type: 'string', jsonPath: '.spec' }];
  const versions = [{ name: 'v1', served: true, storage: true, additionalPrinterColumns: columns }];
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'evils.g.io', uid: '2' },
    spec: { group: 'g.io', names, scope: 'Namespaced', versions },
  };
  await put('/registry/apiextensions.k8s.io/customresourcedefinitions/evils.g.io', JSON.stringify(definition));
  const custom = { apiVersion: 'g.io/v1', kind: EVIL, metadata: { ...metadata, name: 'one' }, spec: EVIL };
  await put('/registry/g.io/evils/shop/one', JSON.stringify(custom));
  await client.auth.userAdd({ name: EVIL, password: 'p' });
  await client.auth.roleAdd({ name: EVIL });
  await client.auth.userGrantRole({ user: EVIL, role: EVIL });
  const perm = { permType: 2, key: Buffer.from(EVIL), range_end: Buffer.alloc(0) };
  await client.auth.roleGrantPermission({ name: EVIL, perm } as never);
  dir = tempDir(owner);
  snapshot = await save(client, dir, `evil\x1b[2J.db`);
  manifest = join(dir, 'cm.json');
  writeFileSync(manifest, JSON.stringify({ ...config, data: { a: EVIL } }));
  const refuser = await scriptedServer(owner, (call) => call.refuse(9, `no\r\n${EVIL}`));
  refusing = refuser.address;
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const live =
  (...argv: string[]) =>
  () => ['--endpoints', server.address, ...argv];
const file =
  (...argv: string[]) =>
  () => ['--endpoints', `file:${snapshot}`, ...argv];
const refused =
  (...argv: string[]) =>
  () => ['--endpoints', refusing, ...argv];

interface Row {
  argv: () => string[];
  /** Typed when it asks. */
  answer?: string;
}

/** Adds a field. */
const EDITOR = "sed -i 's/^data:/immutable: true\\ndata:/'";

const ROWS: Record<string, Row | (() => string[])> = {
  get: live('get', '--prefix', '/app/'),
  'get -w fields': live('get', '--prefix', '/app/', '-w', 'fields'),
  'get -w yaml': live('get', '--prefix', '/app/', '-w', 'yaml'),
  'get -w jsonl': live('get', '--prefix', '/app/', '-w', 'jsonl'),
  'get --keys-only': live('get', '--prefix', '/app/', '--keys-only'),
  'get of objects': live('get', '--prefix', '/registry/', '--decode', 'k8s'),
  'a flag that is none': live('get', `--${EVIL}`, 'a'),
  'a value that is none': live('get', 'a', `--limit=${EVIL}`),
  'a command that is none': () => [EVIL],
  'an endpoint that is none': () => ['--endpoints', `http://${EVIL}`, 'get', 'a'],
  ls: live('ls', '/app/'),
  tree: live('tree', '/app/'),
  history: live('history', '/app/json'),
  diff: live('diff', '--prefix', '/app/', '--rev', '2'),
  'user list': live('user', 'list'),
  'user get': live('user', 'get', EVIL),
  'role list': live('role', 'list'),
  'role get': live('role', 'get', EVIL),
  'k8s get': live('k8s', 'get', 'cm', '-A', '--show-labels'),
  'k8s get -o name': live('k8s', 'get', 'cm', '-n', 'shop', '-o', 'name'),
  'k8s get -o yaml': live('k8s', 'get', 'cm', '-n', 'shop', '-o', 'yaml', '--show-managed-fields'),
  'k8s get -o jsonpath': live('k8s', 'get', 'cm', '-n', 'shop', '-o', 'jsonpath={.items[*].metadata.name}'),
  'k8s get -o custom-columns': live('k8s', 'get', 'cm', '-n', 'shop', '-o', `custom-columns=${EVIL}:.metadata.name`),
  'k8s get of another kind': live('k8s', 'get', `${EVIL}no`),
  'k8s get of a custom resource': live('k8s', 'get', 'evils', '-n', 'shop'),
  'k8s get of what is not there': live('k8s', 'get', `cm/${EVIL}no`, '-n', 'shop'),
  'k8s kinds': live('k8s', 'kinds'),
  'k8s verify': live('k8s', 'verify'),
  'k8s history': live('k8s', 'history', 'cm/plain', '-n', 'shop'),
  'k8s export': live('k8s', 'export', '-n', 'shop'),
  'k8s delete': { argv: live('k8s', 'delete', 'cm', '--all', '-n', 'shop'), answer: 'n\r' },
  'k8s apply': { argv: () => live('k8s', 'apply', '-f', manifest)(), answer: 'n\r' },
  'k8s edit': { argv: () => live('k8s', 'edit', 'cm/plain', '-n', 'shop', '--dry-run')() },
  'snapshot ls': () => ['snapshot', 'ls', snapshot],
  'snapshot ls of keys': () => ['snapshot', 'ls', snapshot, '/app/'],
  'snapshot verify': () => ['snapshot', 'verify', snapshot],
  'snapshot of no file': () => ['snapshot', 'status', join(dir, EVIL)],
  extract: file('extract', '--key', `/registry/configmaps/shop/${EVIL}`),
  analyze: file('analyze'),
  "a server's message": refused('get', 'a'),
  "a server's message about members": refused('member', 'list'),
  "a server's message about health": refused('endpoint', 'health'),
  "a server's message about objects": refused('k8s', 'get', 'pods'),
};

for (const [name, row] of Object.entries(ROWS)) {
  test(`${name}: nothing steers the terminal`, { skip }, async (t) => {
    const { argv, answer } = typeof row === 'function' ? { argv: row, answer: undefined } : row;
    const running = startInTerminal(t, argv(), { EDITOR, HOME: dir });
    if (answer !== undefined) {
      await running.until(/\[y\/N\]/);
      running.type(answer);
    }
    await running.ended;
    const told = JSON.stringify(running.screen.slice(0, 1500));
    assert.doesNotMatch(running.screen, STEERS, told);
    assert.doesNotMatch(running.screen, /fault of ketcdctl/, told);
    assert.match(running.screen, SHOWN, told);
  });
}
