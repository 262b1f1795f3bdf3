/** `k8s get` on the sample cluster, out of the file and out of a real etcd. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ended, runLine } from '../cli/support.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { liveSample, SAMPLE } from './live-sample.js';

const ENV = { KETCDCTL_NOW: '2026-03-02T09:00:00Z' };

function fromFile(...argv: string[]): Promise<Ended> {
  return runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'k8s', 'get', ...argv], ENV);
}

interface Golden {
  argv: string[];
  stdout?: string;
  stderr?: string;
  exit?: number;
  /** What it prints depends on revisions, which a server gives anew. */
  fileOnly?: true;
}

const goldens: Golden[] = [
  {
    argv: ['pods', '-A'],
    stdout: `NAMESPACE     NAME                       READY   STATUS             RESTARTS       AGE
kube-system   coredns-5d78c9869d-91deb   1/1     Running            0              54m
kube-system   coredns-5d78c9869d-fe319   1/1     Running            0              54m
shop          api-7c9f6d8b4-ce892        0/1     CrashLoopBackOff   11 (19m ago)   54m
shop          web-6d4f8b5c9-146d3        1/1     Running            0              54m
shop          web-6d4f8b5c9-44a1f        1/1     Running            0              54m
shop          web-6d4f8b5c9-659a7        1/1     Running            0              54m
`,
  },
  {
    argv: ['deploy,svc,ing', '-n', 'shop'],
    stdout: `NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/api   1/1     1            1           55m
deployment.apps/web   3/3     3            3           55m

NAME          TYPE        CLUSTER-IP     EXTERNAL-IP   PORT(S)        AGE
service/api   ClusterIP   10.96.201.33   <none>        80/TCP         55m
service/web   NodePort    10.96.14.7     <none>        80:30080/TCP   55m

NAME                            CLASS   HOSTS              ADDRESS   PORTS   AGE
ingress.networking.k8s.io/web   nginx   shop.example.com             80      51m
`,
  },
  {
    argv: ['all', '-n', 'shop', '-o', 'name'],
    stdout: `pod/api-7c9f6d8b4-ce892
pod/web-6d4f8b5c9-146d3
pod/web-6d4f8b5c9-44a1f
pod/web-6d4f8b5c9-659a7
service/api
service/web
deployment.apps/api
deployment.apps/web
replicaset.apps/api-7c9f6d8b4
replicaset.apps/web-6d4f8b5c9
horizontalpodautoscaler.autoscaling/web
cronjob.batch/report
job.batch/report-29540160
`,
  },
  {
    argv: ['coupons.shop.example.com', '-A'],
    stdout: `NAMESPACE   NAME              CODE     PERCENT   AGE
shop        loyal-customers   LOYAL-   25        40m
shop        spring            SPRING   10        40m
`,
  },
  {
    argv: ['pods', '-n', 'shop', '-l', 'tier in (front),app!=api', '--show-labels'],
    stdout: `NAME                  READY   STATUS    RESTARTS   AGE   LABELS
web-6d4f8b5c9-146d3   1/1     Running   0          54m   app=web,pod-template-hash=6d4f8b5c9,tier=front
web-6d4f8b5c9-44a1f   1/1     Running   0          54m   app=web,pod-template-hash=6d4f8b5c9,tier=front
web-6d4f8b5c9-659a7   1/1     Running   0          54m   app=web,pod-template-hash=6d4f8b5c9,tier=front
`,
  },
  {
    argv: ['Pod', '-A', '--field-selector', 'spec.nodeName=worker-1,metadata.namespace!=kube-system', '-o', 'name'],
    stdout: 'pod/api-7c9f6d8b4-ce892\npod/web-6d4f8b5c9-146d3\npod/web-6d4f8b5c9-44a1f\n',
  },
  {
    argv: ['deployments.v1.apps', '-n', 'shop', '--no-headers', '--sort-by', '{.metadata.labels.app}'],
    stdout: 'api   1/1   1     1     55m\nweb   3/3   3     3     55m\n',
  },
  {
    argv: ['svc/web', '-n', 'shop', '-o', 'yaml'],
    fileOnly: true,
    stdout: `apiVersion: v1
kind: Service
metadata:
  creationTimestamp: "2026-03-02T08:05:00Z"
  labels:
    app: web
    tier: front
  name: web
  namespace: shop
  resourceVersion: "69"
  uid: 53278ad8-9c18-41e6-a982-016522dee073
spec:
  clusterIP: 10.96.14.7
  clusterIPs:
  - 10.96.14.7
  externalTrafficPolicy: Cluster
  internalTrafficPolicy: Cluster
  ipFamilies:
  - IPv4
  ipFamilyPolicy: SingleStack
  ports:
  - name: http
    nodePort: 30080
    port: 80
    protocol: TCP
    targetPort: http
  selector:
    app: web
    tier: front
  sessionAffinity: None
  type: NodePort
status:
  loadBalancer: {}
`,
  },
  {
    argv: ['priorityclasses', '-o', 'json'],
    fileOnly: true,
    stdout: `{
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "description": "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
            "kind": "PriorityClass",
            "metadata": {
                "creationTimestamp": "2026-03-02T08:00:00Z",
                "name": "system-cluster-critical",
                "resourceVersion": "50",
                "uid": "ef82f31a-bffc-4a5f-a150-f27f9371ff44"
            },
            "preemptionPolicy": "PreemptLowerPriority",
            "value": 2000000000
        }
    ],
    "kind": "List",
    "metadata": {
        "resourceVersion": ""
    }
}
`,
  },
  {
    argv: ['coupon', 'spring', '-n', 'shop', '-o', 'jsonl'],
    fileOnly: true,
    stdout:
      '{"apiVersion":"shop.example.com/v1","kind":"Coupon","metadata":{"creationTimestamp":"2026-03-02T08:20:00Z","generation":1,"name":"spring","namespace":"shop","uid":"3bdb86b7-925d-47c9-a466-1067be2b88d5","resourceVersion":"71"},"spec":{"code":"SPRING","percent":10,"serial":9007199254740993}}\n',
  },
  {
    argv: ['pods', '-n', 'none', '-o', 'yaml'],
    stdout: 'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n',
  },
  {
    argv: ['pods', '-n', 'none', '-o', 'json'],
    stdout: `{
    "apiVersion": "v1",
    "items": [],
    "kind": "List",
    "metadata": {
        "resourceVersion": ""
    }
}
`,
  },
  { argv: ['cm', '-n', 'none'], stderr: 'No resources found in none namespace.\n' },
  { argv: ['pv'], stderr: 'No resources found\n' },
  {
    argv: ['pod/nope', 'svc/web', '-n', 'shop'],
    stdout: `NAME   TYPE       CLUSTER-IP   EXTERNAL-IP   PORT(S)        AGE
web    NodePort   10.96.14.7   <none>        80:30080/TCP   55m
`,
    stderr: 'Error: pods "nope" not found: there is no key /registry/pods/shop/nope\n',
    exit: 1,
  },
  {
    argv: ['svc/web', 'ep/web', 'svc/api', '-n', 'shop', '--no-headers'],
    stdout: `service/web   NodePort   10.96.14.7   <none>   80:30080/TCP   55m
endpoints/web   10.244.1.2:8080,10.244.2.2:8080,10.244.1.3:8080   53m
service/api   ClusterIP   10.96.201.33   <none>   80/TCP   55m
`,
  },
  {
    argv: ['ns', 'shop', 'nope'],
    stdout: 'NAME   STATUS   AGE\nshop   Active   56m\n',
    stderr: 'Error: namespaces "nope" not found: there is no key /registry/namespaces/nope\n',
    exit: 1,
  },
  { argv: ['node/master-1', '-A', '-o', 'name'], stdout: 'node/master-1\n' },
  {
    argv: [],
    stderr: `Error: You must specify the type of resource to get.
Hint: \`ketcdctl k8s get pods -A\`; \`ketcdctl k8s kinds\` shows what is stored
`,
    exit: 128,
  },
  {
    argv: ['pods/'],
    stderr: 'Error: arguments in resource/name form must have a single resource and name: pods/\n',
    exit: 128,
  },
  {
    argv: ['podz'],
    stderr: 'Error: the server doesn\'t have a resource type "podz"\nHint: did you mean pods?\n',
    exit: 1,
  },
  {
    argv: ['componentstatuses'],
    stderr: 'Error: componentstatuses are not stored in etcd: the API server makes them when it is asked\n',
    exit: 1,
  },
  {
    argv: ['pods', 'web', '-A'],
    stderr: `Error: a resource cannot be retrieved by name across all namespaces
Hint: -n NAMESPACE with the name, or --field-selector metadata.name=NAME with -A
`,
    exit: 1,
  },
  {
    argv: ['pods', '-l', 'a in (b'],
    stderr: `Error: unable to parse requirement: found '', expected: ',' or ')'
Hint: a selector looks like app=web,tier!=db,env in (a,b),track,!canary
`,
    exit: 1,
  },
  {
    argv: ['pods', '-o', 'toml'],
    stderr: `Error: toml not supported as output format
Hint: k8s get has -o table, wide, yaml, json, jsonl, name, jsonpath=, jsonpath-file=, custom-columns=, custom-columns-file=, go-template=, go-template-file=
`,
    exit: 4,
  },
];

function check(ended: Ended, { argv, stdout = '', stderr = '', exit = 0 }: Golden): void {
  assert.deepEqual(ended, { exit, stdout, stderr }, argv.join(' '));
}

test('the sample cluster as a file', async () => {
  for (const golden of goldens) check(await fromFile(...golden.argv), golden);
});

test('as it was at an earlier revision', async () => {
  const now = await fromFile('deploy/web', '-n', 'shop', '-o', 'jsonl');
  const before = await fromFile('deploy/web', '-n', 'shop', '-o', 'jsonl', '--rev', '40');
  const [current, earlier] = [now, before].map(({ stdout }) => JSON.parse(stdout));
  assert.ok(Number(earlier.metadata.resourceVersion) <= 40);
  assert.ok(Number(current.metadata.resourceVersion) > 40);
  assert.equal((await fromFile('pods', '--rev', '99999')).exit, 1);
});

test('managed fields are shown when they are asked for', async () => {
  const [hidden, shown] = await Promise.all([
    fromFile('deploy/web', '-n', 'shop', '-o', 'yaml'),
    fromFile('deploy/web', '-n', 'shop', '-o', 'yaml', '--show-managed-fields'),
  ]);
  assert.doesNotMatch(hidden.stdout, /managedFields/);
  assert.match(shown.stdout, /^ {2}managedFields:\n {2}- apiVersion: apps\/v1\n/m);
});

test('the sample cluster in a server', { skip: skipWithoutEtcd(), timeout: 60_000 }, async (t) => {
  const live = await liveSample(t);

  await t.test('the same as from the file', async () => {
    for (const golden of goldens) {
      if (!golden.fileOnly) check(await live.run(['k8s', 'get', ...golden.argv], ENV), golden);
    }
  });

  await t.test('what cannot be decoded has its row, and the others theirs', async () => {
    const put = (key: string, value: string | Buffer) =>
      live.client.kv.put({ key: Buffer.from(key), value: Buffer.from(value) });
    await put('/registry/priorityclasses/broken', Buffer.from('k8s\0\n\x05garbage', 'latin1'));
    await put('/registry/priorityclasses/sealed', 'k8s:enc:aescbc:v1:key7:xxxxxxxx');
    const table = await live.run(['k8s', 'get', 'pc'], ENV);
    assert.equal(
      table.stdout,
      `NAME                      VALUE        GLOBAL-DEFAULT   AGE   PREEMPTIONPOLICY
broken                    ?            ?                ?     <cut short or corrupt at byte 7 of 13 in typeMeta: the field number 12 has wire type 7>
sealed                    ?            ?                ?     <encrypted by aescbc with key "key7">
system-cluster-critical   2000000000   false            60m   PreemptLowerPriority
`.replace(/<cut short.*>/, /<cut short.*>/.exec(table.stdout)?.[0] ?? ''),
    );
    assert.match(table.stderr, /^Error: 2 of 3 values could not be decoded\nHint: --encryption-config FILE takes/);
    assert.equal(table.exit, 1);
    const names = await live.run(['k8s', 'get', 'pc', '-o', 'yaml'], ENV);
    assert.match(names.stdout, /^ {4}name: system-cluster-critical$/m);
    assert.match(names.stderr, /^Error: \/registry\/priorityclasses\/broken: cut short or corrupt/);
    assert.equal(names.exit, 1);
  });

  await t.test('another prefix is found, or told', async () => {
    const all = (await live.client.kv.range({ key: Buffer.from('/registry/'), range_end: Buffer.from('/registry0') }))
      .kvs;
    for (const { key, value } of all) {
      const moved = Buffer.from(key.toString().replace('/registry/', '/kubernetes.io/'));
      await live.client.kv.put({ key: moved, value });
    }
    const told = await live.run(['k8s', 'get', 'ns', '--registry-prefix', '/kubernetes.io/'], ENV);
    assert.match(told.stdout, /^shop +Active +56m$/m);
    await live.client.kv.deleteRange({ key: Buffer.from('/registry/'), range_end: Buffer.from('/registry0') });
    assert.equal((await live.run(['k8s', 'get', 'ns'], ENV)).stdout, told.stdout);
    const missing = await live.run(['k8s', 'get', 'cm', 'nope'], ENV);
    assert.match(missing.stderr, /there is no key \/kubernetes\.io\/configmaps\/default\/nope/);
  });
});

test('a user who may read some of the keys gets them', { skip: skipWithoutEtcd(), timeout: 60_000 }, async (t) => {
  const etcd = await startEtcd(t, { rootPassword: 'secret' });
  const run = (user: string, ...argv: string[]) =>
    runLine('ketcdctl', ['--endpoints', etcd.address, '--user', user, ...argv], ENV);
  const asRoot = async (...argv: string[]) => assert.equal((await run('root:secret', ...argv)).exit, 0, argv.join(' '));
  const configMap = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}}';
  await asRoot('put', '/registry/configmaps/default/a', configMap);
  await asRoot('role', 'add', 'reader');
  await asRoot('role', 'grant-permission', 'reader', 'read', '/registry/configmaps/', '--prefix');
  await asRoot('user', 'add', 'ann:pass');
  await asRoot('user', 'grant-role', 'ann', 'reader');
  assert.equal((await run('ann:pass', 'k8s', 'get', 'cm', '-o', 'name')).stdout, 'configmap/a\n');
  const refused = await run('ann:pass', 'k8s', 'get', 'pods');
  assert.equal(refused.exit, 1);
  assert.match(refused.stderr, /permission denied/);
});
