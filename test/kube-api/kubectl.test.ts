/**
 * The real kubectl over `k8s serve`: any version will do, Debian's `kubernetes-client` too. What it prints of tables has to be what
 * `k8s get` prints of the same file, byte for byte, as both are to be what it prints of a cluster.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { runCli } from '../support/cli.js';
import { repoRoot } from '../support/root.js';

const FILE = `file:${join(repoRoot(), 'samples/cluster.db')}`;
const kubectl = process.env.KUBECTL ?? 'kubectl';
const isThere = spawnSync(kubectl, ['version', '--client'], { encoding: 'utf8' }).status === 0;
const skip = isThere ? false : 'there is no kubectl on the PATH (Debian: kubernetes-client), nor in KUBECTL';

/** Ages move on between two runs. */
function steady(text: string): string {
  return text.replace(/\b(\d+[ydhms])+( ago)?\b/g, 'AGE').replace(/ +/g, ' ');
}

/** Runs lines of a shell, each a kubectl; what each printed stands under its line. */
async function shell(lines: readonly string[], flags: readonly string[] = []) {
  const script = lines.map((line, at) => `echo "=== ${at}"; "$KUBECTL" ${line} 2>&1; echo "exit $?"`).join('\n');
  const argv = ['--endpoints', FILE, 'k8s', 'serve', ...flags, '--', 'sh', '-c', script];
  const { stdout, stderr, exit } = await runCli(argv, { env: { KUBECTL: kubectl, LC_ALL: 'C' } });
  assert.equal(exit, 0, stderr);
  return stdout.split(/^=== \d+\n/m).slice(1);
}

const TABLES = [
  'get pods -A',
  'get pods -A -o wide',
  'get pods -n shop -l app=web --show-labels',
  'get deploy,rs,svc -n shop',
  'get nodes',
  'get ns -o name',
  'get cm,secrets -A',
  'get pods -A --field-selector status.phase=Running -o name',
  'get pods -n shop -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName',
  `get pods -n shop -o 'jsonpath={.items[*].metadata.name}'`,
  'get deploy web -n shop -o name',
];

let printed: string[] = [];
before(async () => {
  if (isThere) printed = await shell(TABLES);
});

for (const [at, line] of TABLES.entries()) {
  test(`kubectl ${line}`, { skip }, async () => {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    const { stdout, exit } = await runCli(['--endpoints', FILE, 'k8s', ...words]);
    assert.equal(exit, 0);
    assert.equal(steady(printed[at]!), steady(`${stdout}exit 0\n`));
  });
}

test('pages give what one list gives', { skip }, async () => {
  const [paged, whole] = await shell(['get pods -A -o name --chunk-size=2', 'get pods -A -o name --chunk-size=0']);
  assert.equal(paged, whole);
});

test('describe, watch and discovery', { skip }, async () => {
  const [described, watched, versions, resources] = await shell([
    'describe deploy web -n shop',
    'get ns --watch --request-timeout=2s',
    'api-versions',
    'api-resources --api-group=apps',
  ]);
  assert.match(described!, /^Name: +web\n[\s\S]*Replicas: +3 desired/);
  assert.match(watched!, /^shop +Active/m);
  assert.match(versions!, /^apps\/v1$/m);
  assert.match(resources!, /^deployments +deploy +(apps\/v1|apps) +true +Deployment$/m);
});

test('whatever would change something is refused with what to use', { skip }, async () => {
  const answers = await shell([
    'delete pod -n shop --all',
    'create ns never',
    'scale deploy/web -n shop --replicas=1',
    'label ns shop a=b',
    'logs -n shop deploy/web',
    'exec -n shop deploy/web -- true',
  ]);
  for (const answer of answers) {
    assert.match(answer, /this is a read-only view of etcd/);
    assert.match(answer, /`(ketcdctl|crictl) /);
    assert.match(answer, /exit [1-9]\d*\n$/);
  }
});

test('contexts stand side by side', { skip }, async () => {
  const replicas = `get deploy web -n shop -o 'jsonpath={.spec.replicas}'`;
  const flags = ['--source', 'now=', '--source', 'before=@20'];
  const [now, old] = await shell([`--context now ${replicas}`, `--context before ${replicas}`], flags);
  assert.deepEqual([now, old], ['3exit 0\n', '2exit 0\n']);
});
