/**
 * Every object of the large corpora (KETCDCTL_CORPUS) and of a real API server (test/data/k8s-real), both ways.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decodeStored, encodeStored, type Value } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { toYaml } from '../../src/k8s-decode/yaml/write.js';
import { corpus, NO_CORPUS, testData } from '../support/root.js';
import { canonicalText, withoutEmpty } from './support.js';

interface Line {
  name?: string;
  gvk?: string;
  key?: string;
  pb?: string;
  value?: string;
  json: string;
  yaml?: string;
  encoded?: string;
}

function linesOf(file: string): Line[] {
  const text = gunzipSync(readFileSync(file)).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Compares by text: node's own comparison of maps takes no notice of their order, and takes much longer. */
function assertSame(found: Value, expected: Value, what: string): void {
  if (canonicalText(found) !== canonicalText(expected)) assert.deepEqual(found, expected, what);
}

/** Objects whose truth in the corpus is not what their bytes say. */
const WRONG_TRUTH: Record<string, string> = {
  'full-1.23 core.v1.EphemeralContainers': 'its json is not JSON',
  'full-1.23 autoscaling.v2.HorizontalPodAutoscaler': 'its envelope says v2beta2',
};

/** Kinds whose YAML differs by an empty field, which a later release always writes, or has no longer. */
const EMPTY_FIELD_CHANGED = [
  'full-1.31 resource.k8s.io.v1alpha3.ResourceClaim',
  'full-1.35 certificates.k8s.io.v1beta1.PodCertificateRequest',
  'sparse-1.36 v1/PodStatusResult',
];

/** Kinds of the 1.36 files that are not exact: 1.37 dropped a field that was written empty. */
const EMPTY_FIELD_DROPPED = ['v1/Pod', 'v1/PodStatusResult'];

/** Random text in these files is laid out differently by the YAML writers of their time. */
const NO_YAML = /^full-1\.(15|17|19|21|23)$/;

const folder = corpus('k8s-corpus');
const corpusFiles = folder === undefined ? [] : readdirSync(folder).filter((name) => /^(full|sparse)/.test(name));

test('the corpus of objects is whole', (t) => {
  if (folder === undefined) return t.skip(NO_CORPUS);
  assert.equal(corpusFiles.length, 13);
});

for (const file of corpusFiles.sort()) {
  const release = file.replace('.ndjson.gz', '');
  const isExact = (gvk: string) => release.endsWith('1.36') && !EMPTY_FIELD_DROPPED.includes(gvk);

  test(`every object of ${release} decodes to its JSON and YAML, and encodes again`, async () => {
    const emptyFieldChanged = new Set<string>();
    const lines = linesOf(join(folder!, file)).filter((line) => !WRONG_TRUTH[`${release} ${line.name}`]);
    assert.ok(lines.length > 100);
    for (const { name = '', gvk = name, pb = '', json, yaml, encoded } of lines) {
      const shown = (value: Value) => (isExact(gvk) ? value : withoutEmpty(value));
      const truth = parseJson(json, { keepSource: true });
      const { object } = await decodeStored(Buffer.from(pb, 'base64'), { key: gvk });
      assertSame(shown(object), shown(truth), gvk);
      if (yaml && !NO_YAML.test(release) && toYaml(object) !== yaml) {
        if (isExact(gvk)) assert.equal(toYaml(object), yaml, gvk);
        assert.equal(toYaml(withoutEmpty(object)), toYaml(withoutEmpty(parseYaml(yaml)[0]!)), gvk);
        emptyFieldChanged.add(`${release} ${gvk}`);
      }
      assert.ok(truth instanceof Map);
      const bytes = await encodeStored(truth, { encoding: 'protobuf' });
      if (encoded) assert.equal(bytes.toString('base64'), encoded, gvk);
      else assertSame(shown((await decodeStored(bytes)).object), shown(truth), `${gvk}, encoded and decoded`);
    }
    assert.deepEqual(
      [...emptyFieldChanged],
      EMPTY_FIELD_CHANGED.filter((name) => name.startsWith(`${release} `)),
    );
  });
}

const REAL = [
  ['objects-1.36', 'protobuf and JSON'],
  ['yaml-storage', 'YAML'],
  ['cbor', 'CBOR'],
] as const;

for (const [name, encoding] of REAL) {
  test(`what a real API server stored as ${encoding} decodes to its JSON and YAML, and encodes to the same bytes`, async () => {
    for (const { key = '', value = '', json, yaml } of linesOf(testData(`k8s-real/${name}.ndjson.gz`))) {
      const bytes = Buffer.from(value, 'base64');
      if (!json) {
        await assert.rejects(decodeStored(bytes, { key }), /is not a Kubernetes object/);
        continue;
      }
      const stored = await decodeStored(bytes, { key });
      const truth = parseJson(json, { keepSource: true });
      assertSame(stored.object, truth, key);
      if (yaml) assert.equal(toYaml(stored.object), yaml, key);
      assert.ok(truth instanceof Map);
      const { encoding } = stored;
      assert.equal((await encodeStored(truth, { encoding })).toString('base64'), value, key);
      assert.equal((await encodeStored(stored.object, { encoding })).toString('base64'), value, key);
    }
  });
}
