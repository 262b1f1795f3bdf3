/** Whatever the object, it survives; whatever the bytes, decoding ends with an object or a Failure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/base/errors.js';
import { decodeStored, encodeStored, type Fields } from '../../src/k8s-decode/index.js';
import type { MessageRef } from '../../src/k8s-decode/protobuf/table.js';
import { schemaLoaders } from '../../src/k8s-decode/schema/index.js';
import { RandomObject } from './random-object.js';
import { canonicalText, stored, withoutEmpty } from './support.js';

interface Kind {
  apiVersion: string;
  kind: string;
  ref: MessageRef;
}

async function allKinds(): Promise<Kind[]> {
  const kinds: Kind[] = [];
  for (const [apiVersion, load] of Object.entries(schemaLoaders)) {
    const schema = await load();
    for (const kind of schema.kinds.split(' ').filter(Boolean)) {
      kinds.push({ apiVersion, kind, ref: { schema, name: kind } });
    }
  }
  return kinds;
}

async function encodeKind({ apiVersion, kind }: Kind, fields: Fields): Promise<Buffer> {
  const object: Fields = new Map([['kind', kind], ['apiVersion', apiVersion], ...fields]);
  return encodeStored(object, { encoding: 'protobuf' });
}

test('an object of every kind survives being encoded and decoded', async () => {
  const kinds = await allKinds();
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.nat(kinds.length - 1), async (seed, at) => {
      const kind = kinds[at]!;
      const fields = new RandomObject(seed).message(kind.ref);
      const value = await encodeKind(kind, fields);
      const { object } = await decodeStored(value);
      const expected: Fields = new Map([['kind', kind.kind], ['apiVersion', kind.apiVersion], ...fields]);
      assert.equal(canonicalText(withoutZero(object, expected)), canonicalText(expected), kind.kind);
      assert.equal((await encodeKind(kind, object)).toString('hex'), value.toString('hex'), kind.kind);
    }),
    { numRuns: 1000 },
  );
});

/** Leaves out of an object what another one does not have: the zero values that Kubernetes adds. */
function withoutZero(found: Fields, expected: Fields): Fields {
  return new Map(
    [...found].flatMap(([name, value]): [string, typeof value][] => {
      const twin = expected.get(name);
      if (twin === undefined) {
        assert.ok(isZero(value), `${name} appeared`);
        return [];
      }
      if (value instanceof Map && twin instanceof Map) return [[name, withoutZero(value, twin)]];
      if (!Array.isArray(value) || !Array.isArray(twin)) return [[name, value]];
      const items = value.map((item, i) => {
        const other = twin[i];
        return item instanceof Map && other instanceof Map ? withoutZero(item, other) : item;
      });
      return [[name, items]];
    }),
  );
}

function isZero(value: unknown): boolean {
  if (value instanceof Map) return [...value.values()].every(isZero);
  return !value || value === '0' || value === '0s';
}

async function samplePod(): Promise<Buffer> {
  const pod = (await allKinds()).find(({ kind }) => kind === 'Pod')!;
  return encodeKind(pod, new RandomObject(42).message(pod.ref));
}

/** Decodes bytes that may be anything; true where they made an object. */
async function decodes(value: Buffer): Promise<boolean> {
  try {
    await decodeStored(value, { key: '/registry/x' });
    return true;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.match(error.message, /^\/registry\/x: /);
    return false;
  }
}

test('a value that is cut at any byte fails, and never otherwise than with a Failure', async () => {
  const value = await samplePod();
  const header = value.indexOf(0x12, 6);
  for (let length = header; length < value.length; length++) await decodes(value.subarray(0, length));
  const rawEnd = value.length - 4;
  for (let length = header + 20; length < rawEnd; length++)
    assert.equal(await decodes(value.subarray(0, length)), false);
  assert.ok(await decodes(value));
});

test('a value with any byte changed gives an object or a Failure', async () => {
  const value = await samplePod();
  for (let at = 4; at < value.length; at++) {
    for (const byte of [0x00, 0x7f, 0x80, 0xff, value[at]! ^ 1]) {
      const mutant = Buffer.from(value);
      mutant[at] = byte;
      await decodes(mutant);
    }
  }
});

test('random bytes in an envelope give an object or a Failure', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom('Pod', 'Thing', 'Event'),
      async (bytes, kind) => {
        const value = stored('v1', kind, Buffer.from(bytes).toString('hex'));
        if (!(await decodes(value))) return;
        const { object } = await decodeStored(value);
        const again = (await decodeStored(await encodeStored(object))).object;
        assert.equal(canonicalText(withoutEmpty(again)), canonicalText(withoutEmpty(object)));
      },
    ),
    { numRuns: 2000 },
  );
});

test('messages nested without end are refused', async () => {
  // A schema's `not` (28) is a schema again.
  let schema = Buffer.alloc(0);
  for (let depth = 0; depth < 2000; depth++)
    schema = Buffer.concat([varint((28 << 3) | 2), varint(schema.length), schema]);
  const head = stored('apiextensions.k8s.io/v1', 'JSONSchemaProps', '');
  const value = Buffer.concat([head.subarray(0, -6), Buffer.from([0x12]), varint(schema.length), schema]);
  await assert.rejects(decodeStored(value), /in not\.not\..*\.…\.not: nested deeper than 500 messages/);
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
