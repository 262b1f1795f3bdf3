/** `k8s get` against what kubectl 1.20 and 1.37 printed of the same cluster, through an API server. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runLine } from '../cli/support.js';
import { testData } from '../support/root.js';

const folder = testData('kube-api');
const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-test-'));
const file = join(dir, 'cluster.db');
writeFileSync(file, gunzipSync(readFileSync(join(folder, 'cluster-1.37.db.gz'))));
after(() => rmSync(dir, { recursive: true, force: true }));

const get = (...argv: string[]) => runLine('ketcdctl', ['--endpoints', `file:${file}`, 'k8s', 'get', ...argv], {});

interface Line {
  kubectl: string;
  argv: string[];
  stdout: string;
}

/** Without ages, which move and make columns wider, and without leases that were renewed since. */
function steady(text: string): string {
  return text
    .replace(/\b(\d+(y|d|h|m|s)){1,3}\b/g, 'AGE')
    .replace(/^.*\b(apiserver-\w+|system-leader-\S+).*\n/gm, '')
    .replace(/ +/g, ' ');
}

const lines: Line[] = gunzipSync(readFileSync(join(folder, 'kubectl-get.ndjson.gz')))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

for (const { kubectl, argv, stdout } of lines) {
  test(`kubectl ${kubectl} ${argv.join(' ')}`, async () => {
    assert.equal(steady((await get(...argv.slice(1))).stdout), steady(stdout));
  });
}

const one = ['svc', 'kubernetes', '-o'];

const TEMPLATES: [argv: string[], printed: string][] = [
  [[...one, 'jsonpath={.metadata.name}{"\\n"}'], 'kubernetes\n'],
  [[...one, 'jsonpath={.spec.ports[*].port} of {.kind}'], '443 of Service'],
  [[...one, 'jsonpath={.metadata.labels}'], '{"component":"apiserver","provider":"kubernetes"}'],
  [[...one, 'jsonpath={.metadata.nothing}'], ''],
  [[...one, "jsonpath={.spec.ports[?(@.name=='https')].targetPort}"], '16443'],
  [[...one, 'jsonpath', '--template', '{range .spec.ports[*]}{.name}={.port};{end}'], 'https=443;'],
  [[...one, 'jsonpath={range .spec.ports[*]}{"{"}{.name} in {$.metadata.name}{\'}\'}{end}'], '{https in kubernetes}'],
  [[...one, 'jsonpath=.metadata.name'], '.metadata.name'],
  [[...one, 'go-template={{.metadata.name}}/{{len .spec.ports}}'], 'kubernetes/1'],
  [[...one, 'custom-columns=N:metadata.name,P:{.spec.ports[*].port}'], 'N            P\nkubernetes   443\n'],
  [
    [...one, 'custom-columns=L:.metadata.labels,X:.no'],
    'L                                               X\nmap[component:apiserver provider:kubernetes]   <none>\n',
  ],
  [['ns', '-o', 'custom-columns=N:.metadata.name', '--no-headers', '-l', 'kubernetes.io/metadata.name=data'], 'data\n'],
  [
    ['ns', 'data', '--show-kind', '--no-headers', '-L', 'kubernetes.io/metadata.name'],
    'namespace/data Active AGE data\n',
  ],
];

for (const [argv, printed] of TEMPLATES) {
  test(argv.join(' '), async () => {
    const { stdout, stderr } = await get(...argv);
    assert.deepEqual([steady(stdout), stderr], [steady(printed), '']);
  });
}

test('templates in files', async () => {
  writeFileSync(join(dir, 'path'), '{.metadata.name}');
  writeFileSync(join(dir, 'columns'), 'NAME          TYPE\nmetadata.name spec.type\n');
  assert.equal((await get(...one, `jsonpath-file=${join(dir, 'path')}`)).stdout, 'kubernetes');
  assert.equal(
    (await get(...one, `custom-columns-file=${join(dir, 'columns')}`)).stdout,
    'NAME         TYPE\nkubernetes   ClusterIP\n',
  );
  assert.match((await get(...one, `jsonpath-file=${join(dir, 'none')}`)).stderr, /error reading template .*ENOENT/);
});

test('templates that cannot be read', async () => {
  for (const [format, told] of [
    ['jsonpath={.a', /has no end/],
    ['jsonpath={range .a}', /without \{end\}/],
    ['jsonpath={end}', /without \{range\}/],
    ['jsonpath={.a[}', /cannot read/],
    ['jsonpath=', /no template given/],
    ['custom-columns=NAME', /expected <header>:<json-path-expr>/],
    ['custom-columns=NAME:.a[', /unexpected path string/],
    ['go-template={{', /template: output/],
    ['jsonpat={.a}', /not supported as output format/],
  ] as const) {
    const { exit, stdout, stderr } = await get(...one, format);
    assert.ok(exit !== 0 && stdout === '', format);
    assert.match(stderr, told, format);
  }
});

test('--ignore-not-found says nothing and is no error', async () => {
  assert.deepEqual(await get('pod', 'nope', '--ignore-not-found'), { exit: 0, stdout: '', stderr: '' });
  assert.deepEqual(await get('pods', '-n', 'nowhere', '--ignore-not-found'), { exit: 0, stdout: '', stderr: '' });
});

test('-w means kubectl’s --watch, and a format where one follows', async () => {
  const watched = await get('ns', 'data', '-w', '--output-watch-events');
  assert.match(steady(watched.stdout), /^EVENT NAME STATUS AGE\nADDED data Active AGE\n$/);
  assert.match((await get('ns', 'data', '-w', 'json')).stdout, /^\{\n {4}"apiVersion": "v1"/);
});
