/**
 * Objects of every kind of a release, filled at random and written by the codecs of the Go modules that the schema was made of.
 * A line of `test/data/*.ndjson.gz`: `gvk`; `pb`, what is stored; `json`, what those codecs show of it; `encoded`, what they store
 * of that JSON, where it is not `pb` again (JSON cannot tell everything that the wire can).
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decodeStored, encodeStored } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { repoRoot } from '../support/root.js';
import { canonicalText } from './support.js';

const folder = join(repoRoot(), 'test', 'data');

interface Line {
  gvk: string;
  pb: string;
  json: string;
  encoded?: string;
}

for (const file of readdirSync(folder).filter((name) => /^(kubernetes|openshift)-.*\.ndjson\.gz$/.test(name))) {
  test(`every kind of ${file.replace('.ndjson.gz', '')} is shown and stored as its own codecs do`, async () => {
    const lines = gunzipSync(readFileSync(join(folder, file)))
      .toString()
      .trim()
      .split('\n');
    for (const line of lines) {
      const { gvk, pb, json, encoded = pb }: Line = JSON.parse(line);
      const truth = parseJson(json, { keepSource: true });
      const { object } = await decodeStored(Buffer.from(pb, 'base64'), { key: gvk });
      if (canonicalText(object) !== canonicalText(truth)) assert.deepEqual(object, truth, gvk);
      assert.ok(truth instanceof Map);
      assert.equal((await encodeStored(truth, { encoding: 'protobuf' })).toString('base64'), encoded, gvk);
    }
  });
}
