/** Stored values end to end, from bytes that are written out here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeStored,
  encodeStored,
  encodingOf,
  type Fields,
  isStored,
  storedEncoding,
  storedType,
} from '../../src/k8s-decode/index.js';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import { stringField } from '../../src/k8s-decode/value.js';
import { bytes, fields, stored } from './support.js';

const encode = (plain: object) => encodeStored(fields(plain) as Fields);

/** The JSON of a value's object. */
async function json(value: Buffer): Promise<unknown> {
  return JSON.parse(toJson((await decodeStored(value)).object));
}

test('a pod with nothing in it shows what Kubernetes shows of it', async () => {
  const value = stored('v1', 'Pod', "0a 05 0a03'web' 12 00 1a 00");
  assert.deepEqual(await json(value), {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web' },
    spec: { containers: null },
    status: {},
  });
});

test('an object is written field by field as Kubernetes writes it: zero values too, nil ones not', async () => {
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a' },
    spec: { leaseTransitions: 0 },
  };
  const metadata = "0a 01'a' 12 00 1a 00 22 00 2a 00 32 00 38 00 42 00";
  const value = stored('coordination.k8s.io/v1', 'Lease', `0a 11 ${metadata} 12 02 28 00`);
  assert.equal((await encode(lease)).toString('hex'), value.toString('hex'));
  assert.deepEqual(await json(value), lease);
});

test('the first form of managedFields is shown, and written back as it was', async () => {
  const tree = "0a 13 0a 06'f:data' 12 09 0a 07 0a 03'f:a' 12 00";
  // 1.14 writes operation, apiVersion and fieldsType of later releases not at all, or empty.
  const entry = `0a 01'k' 12 06'Update' 1a 02'v1' 2a 15 ${tree} 32 00`;
  const metadata = `0a 01'a' 12 00 1a 00 22 00 2a 00 32 00 38 00 42 00 8a 01 28 ${entry}`;
  const shown = { manager: 'k', operation: 'Update', apiVersion: 'v1', fields: { 'f:data': { 'f:a': {} } } };
  const value = stored('v1', 'ConfigMap', `0a 3c ${metadata}`);
  const { object } = await decodeStored(value);
  assert.deepEqual(JSON.parse(toJson(object)).metadata, { name: 'a', managedFields: [shown] });
  assert.equal(
    (await encodeStored(object)).toString('hex'),
    (await encodeStored((await decodeStored(await encodeStored(object))).object)).toString('hex'),
  );
  assert.ok((await encodeStored(object)).includes(bytes(`2a 15 ${tree}`)));
});

test('maps and lists keep what they hold; map keys are in the order of their bytes', async () => {
  const data = { b: 'YQ==', a: '', '10': 'Yg==', '\u{1f600}': 'Yw==', '\uffee': 'ZA==' };
  const value = await encode({ apiVersion: 'v1', kind: 'Secret', metadata: {}, data });
  const { object } = await decodeStored(value);
  const shown = object.get('data') as Fields;
  assert.deepEqual([...shown.keys()], ['10', 'a', 'b', '\uffee', '\u{1f600}']);
  assert.deepEqual(Object.fromEntries(shown), data);
});

test('64-bit integers are exact', async () => {
  const generation = 9223372036854775807n;
  const value = await encode({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generation } });
  assert.equal(((await decodeStored(value)).object.get('metadata') as Fields).get('generation'), generation);
});

test('a message that stands twice is merged', async () => {
  const value = stored('v1', 'Pod', "0a 05 0a03'web' 0a 06 1a04'shop'");
  assert.deepEqual(((await json(value)) as { metadata: unknown }).metadata, { name: 'web', namespace: 'shop' });
});

test('unknown fields are shown by number and come back byte for byte', async () => {
  const value = stored(
    'v1',
    'ConfigMap',
    "0a 05 0a03'web' d2 0f 04'text' d8 0f ffffffffffffffffff01 d2 0f 02 08 07 dd 0f 01000000",
  );
  const { object } = await decodeStored(value);
  assert.deepEqual(object.get('$unknown'), fields({ 250: ['text', { 1: [7] }], 251: [-1, { fixed32: 1 }] }));
  const again = await decodeStored(await encodeStored(parseJson(toJson(object)) as Fields));
  assert.deepEqual(again.object, object);
});

test('an unknown field that no other form would give back is kept with its tag', async () => {
  // A varint longer than it has to be, one in a message, and a group of bytes that is neither text nor a message.
  const value = stored('v1', 'ConfigMap', '0a 00 d8 0f 81 00 d2 0f 03 08 81 00 da 0f 02 ff 00 d9 0f 0100000000000080');
  const { object } = await decodeStored(value);
  assert.deepEqual(
    object.get('$unknown'),
    fields({
      250: [{ 1: [{ raw: 'CIEA' }] }],
      251: [{ raw: '2A+BAA==' }, { base64: '/wA=' }, { fixed64: 2n ** 63n + 1n }],
    }),
  );
  const encoded = await encodeStored(object);
  assert.ok(encoded.includes(bytes('d2 0f 03 08 81 00 d8 0f 81 00 da 0f 02 ff 00 d9 0f 0100000000000080')));
});

test('unknown fields of an inlined message have a list of their own', async () => {
  // A probe whose handler (field 1) has a field 90.
  const probe = "0a 07 d2 05 04'test' 10 03";
  const container = `0a 01'c' 52 0b ${probe}`;
  const value = stored('v1', 'Pod', `12 12 12 10 ${container}`);
  const { object } = await decodeStored(value);
  const [shown] = (object.get('spec') as Fields).get('containers') as Fields[];
  assert.deepEqual(shown!.get('livenessProbe'), fields({ initialDelaySeconds: 3, '$unknown:1': { 90: ['test'] } }));
  const encoded = await encodeStored(object);
  assert.ok(encoded.includes(bytes("0a 07 d2 05 04'test' 10 03")));
});

test('of a kind that Kubernetes does not have, metadata and the numbers of the other fields are shown', async () => {
  const metadata = "0a 01'x' 12 00 1a 00 22 00 2a 00 32 00 38 00 42 00";
  const value = stored('example.org/v1', 'Thing', `0a 11 ${metadata} 12 06 0a 04 10 05 18 80 20 01`);
  assert.deepEqual(await json(value), {
    kind: 'Thing',
    apiVersion: 'example.org/v1',
    metadata: { name: 'x' },
    $unknown: { 2: [{ 1: [{ base64: 'EAUYgA==' }] }], 4: [1] },
  });
  const { object } = await decodeStored(value);
  assert.equal((await encodeStored(object)).toString('hex'), value.toString('hex'));
});

test('metadata of a foreign kind is read as such only where it names the object', async () => {
  // As releases before 1.24 wrote it: with clusterName (15), which no later one writes.
  const old = stored('routes.example.org/v1', 'Route', "0a 06 0a02'rt' 7a 00 12 00");
  assert.deepEqual(await json(old), {
    kind: 'Route',
    apiVersion: 'routes.example.org/v1',
    metadata: { name: 'rt' },
    $unknown: { 2: [''] },
  });
  const other = stored('example.org/v1', 'Thing', "0a 05 0a03'abc' 0a 07 0a02'rt' d8 0f 01");
  assert.deepEqual((await json(other)) as object, {
    kind: 'Thing',
    apiVersion: 'example.org/v1',
    metadata: { name: 'abc' },
    $unknown: { 1: [{ 1: ['rt'], 251: [1] }] },
  });
});

test('JSON within an object keeps its spelling when it is encoded from JSON', async () => {
  const text =
    '{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{},"data":{"f": 1.50,"a":"\\u003c"},"revision":1}';
  const value = await encodeStored(parseJson(text, { keepSource: true }) as Fields);
  assert.ok(value.includes('{"f": 1.50,"a":"\\u003c"}'));
});

test('what is stored as JSON or YAML is an object too', async () => {
  const text =
    '{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"x"},"spec":{"big":9007199254740993}}\n';
  const stored = await decodeStored(Buffer.from(text));
  assert.equal(stored.encoding, 'json');
  assert.equal(stored.kind, 'CronTab');
  assert.equal((await encodeStored(stored.object)).toString(), text);
  const yaml = await decodeStored(
    Buffer.from('addressType: IPv4\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n'),
  );
  assert.equal(yaml.encoding, 'yaml');
  assert.equal(yaml.apiVersion, 'discovery.k8s.io/v1');
});

test('an object is stored as its server stores it', async () => {
  const encodingFor = (apiVersion: string, kind: string, key?: string) =>
    storedEncoding(fields({ apiVersion, kind }) as Fields, key);
  assert.equal(await encodingFor('v1', 'Pod'), 'protobuf');
  assert.equal(await encodingFor('extensions/v1beta1', 'PodSecurityPolicy'), 'protobuf');
  assert.equal(await encodingFor('stable.example.com/v1', 'CronTab'), 'json');
  const definition = ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition'] as const;
  assert.equal(await encodingFor(...definition), 'protobuf');
  assert.equal(await encodingFor(...definition, '/registry/apiextensions.k8s.io/customresourcedefinitions/x'), 'json');
  const service = [
    'apiregistration.k8s.io/v1',
    'APIService',
    '/registry/apiregistration.k8s.io/apiservices/v1.',
  ] as const;
  assert.equal(await encodingFor(...service), 'json');
});

test('the first bytes tell how a value is stored', () => {
  assert.equal(encodingOf(Buffer.from('k8s\0')), 'protobuf');
  assert.equal(encodingOf(bytes('d9d9f7a0')), 'cbor');
  assert.equal(encodingOf(Buffer.from(' {"kind":"x"}')), 'json');
  assert.equal(encodingOf(Buffer.from('apiVersion: v1\nkind: Pod\n')), 'yaml');
  for (const text of ['', 'k8s', '4711', 'hello: world', 'k8s:enc:aescbc:v1:key1:']) {
    assert.equal(encodingOf(Buffer.from(text)), undefined, text);
    assert.equal(isStored(Buffer.from(text)), false);
  }
});

test('the kind of a value is known without reading it', () => {
  assert.deepEqual(storedType(stored('v1', 'Pod', 'ffff')), { apiVersion: 'v1', kind: 'Pod' });
  assert.equal(storedType(Buffer.from('k8s\0\x0a\x7f')), undefined);
});

test('a value that is cut short names its key, the byte and the field', async () => {
  const value = stored('v1', 'Pod', "0a 05 0a04'web'");
  await assert.rejects(decodeStored(value, { key: '/registry/pods/a/web' }), {
    name: 'Failure',
    message:
      '/registry/pods/a/web: cut short or corrupt at byte 21 of 28 in metadata: 4 bytes are announced and 3 are left',
  });
  await assert.rejects(
    decodeStored(value.subarray(0, 10)),
    /cut short or corrupt at byte 6 of 10.*: 9 bytes are announced and 4 are left/,
  );
});

test('what is no object says so', async () => {
  await assert.rejects(decodeStored(Buffer.from('4711'), { key: 'compact_rev_key' }), {
    message: 'compact_rev_key: the value is not a Kubernetes object',
  });
});

test('an object that does not fit its kind is refused, with the field that is wrong', async () => {
  const pod = (spec: object) => encode({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec });
  await assert.rejects(pod({ container: [] }), { message: 'spec.container: PodSpec has no field of this name' });
  await assert.rejects(pod({ containers: [{ name: 7 }] }), {
    message: 'spec.containers[0].name: expected a string, not "7"',
  });
  await assert.rejects(pod({ containers: {} }), { message: 'spec: expected a list in containers, not an object' });
  await assert.rejects(pod({ hostNetwork: 'yes' }), { message: 'spec.hostNetwork: expected true or false, not "yes"' });
  await assert.rejects(pod({ priority: 2 ** 31 }), { message: /^spec\.priority: expected an integer of 32 bits/ });
  await assert.rejects(pod({ overhead: { cpu: 'much' } }), { message: /^spec\.overhead\.cpu: expected an amount/ });
  await assert.rejects(encode({ apiVersion: 'v1', kind: 'Secret', data: { a: 'Y' } }), {
    message: 'data.a: expected base64, not "Y"',
  });
  await assert.rejects(encode({ kind: 'Pod' }), { message: 'the object has no apiVersion and kind' });
});

test("what Kubernetes' decoder takes for corrupt is corrupt", async () => {
  // One bit of each is flipped: wire types of seconds and nanoseconds, an amount, the suffix of one.
  for (const [value, message] of [
    [
      'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhoKGAoBYRoHZGVmYXVsdCoDdS0xQgUKA3h5ehoAIgA=',
      /in metadata\.creationTimestamp: wrong wire type 2 for field 1/,
    ],
    [
      'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEiAKHgoBYRoHZGVmYXVsdCoDdS0xQgsI1pLKygUSA3h5ehoAIgA=',
      /in metadata\.creationTimestamp: wrong wire type 2 for field 2/,
    ],
    [
      'azhzAAoJCgJ2MRIDUG9kEisKEQoBYRoHZGVmYXVsdCoDdS0xEhYSFAoBY0IPEg0KA2NwdRIGCgQhMDBtGgAiAA==',
      /cpu: "!00m" is no amount/,
    ],
    [
      'azhzAAoJCgJ2MRIDUG9kEisKEQoBYRoHZGVmYXVsdCoDdS0xEhYSFAoBY0IPEg0KA2NwdRIGCgQxMDB6GgAiAA==',
      /cpu: "100z" is no amount/,
    ],
  ] as const) {
    await assert.rejects(decodeStored(Buffer.from(value, 'base64')), message);
  }
  // In an entry of a map its decoder does not look at them.
  const label = 'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEiUKIwoBYRoHZGVmYXVsdCoDdS0xWhAKA2FwcBAJYTEyMzQ1Njc4GgAiAA==';
  const { object } = await decodeStored(Buffer.from(label, 'base64'));
  assert.equal(stringField(object, 'metadata', 'labels', 'app'), 'a12345678');
});

test('strings that are not UTF-8 are shown as Go shows them, and written as they were', async () => {
  const parts = ['ff', 'fe00', 'c3', 'e282', 'f0908d', 'eda080', 'efbfbd', 'c3a4', 'f09f9880', '61', 'c0af'];
  for (const hex of [...parts, parts.join(''), parts.toReversed().join('')]) {
    const text = Buffer.from(hex, 'hex');
    // {2 data {1 key, 2 value}} of a ConfigMap.
    const entry = Buffer.concat([Buffer.from([0x0a, 1, 0x6b, 0x12, text.length]), text]);
    const value = stored('v1', 'ConfigMap', Buffer.concat([Buffer.from([0x12, entry.length]), entry]).toString('hex'));
    const { object } = await decodeStored(value);
    const again = await encodeStored(object);
    assert.ok(again.includes(entry), hex);
    // A byte that is no part of a character is U+FFFD, each for itself.
    const shown = JSON.parse(toJson(object)).data.k as string;
    assert.equal(shown.replaceAll('\ufffd', '').includes('\ud800'), false);
    assert.equal(shown, goText(text), hex);
  }
});

/** What Go's encoding/json makes of bytes. */
function goText(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const size = [1, 2, 3, 4].find((length) => {
      const part = bytes.subarray(at, at + length);
      return part.length === length && [...part.toString()].length === 1 && Buffer.from(part.toString()).equals(part);
    });
    text += size ? bytes.toString('utf8', at, at + size) : '\ufffd';
    at += size ?? 1;
  }
  return text;
}
