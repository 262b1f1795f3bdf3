import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMessage, encodeMessage, type FieldSpec, fieldsOf, isMessage } from '../../src/rpc/codec.js';
import { MESSAGES, type MessageName, methodOf } from '../../src/rpc/messages.js';

const names = Object.keys(MESSAGES) as MessageName[];

/** Any value that a field can hold, as the codec gives it back. */
function fieldValue({ type, oneof }: FieldSpec, depth: number): fc.Arbitrary<unknown> {
  if (isMessage(type)) return depth > 3 ? fc.constant(oneof ? undefined : null) : message(type, depth + 1);
  switch (type) {
    case 'i64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case 'u64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case 'u32':
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case 'enum':
      return fc.integer({ min: 0, max: 100 });
    case 'bool':
      return fc.boolean();
    case 'str':
      return fc.string({ unit: 'grapheme' });
    default:
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
  }
}

function message(name: MessageName, depth = 0): fc.Arbitrary<object> {
  const shape: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of fieldsOf(name)) {
    const value = fieldValue(field, depth);
    const items = isMessage(field.type) && depth > 3 ? fc.constant([]) : fc.array(value, { maxLength: 3 });
    shape[field.name] = field.repeated ? items : value;
  }
  return fc.record(shape).map((fields) => {
    const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
    return Object.fromEntries(kept);
  });
}

test('every message comes back from its wire form as it was', () => {
  for (const name of names) {
    fc.assert(
      fc.property(message(name), (value) => {
        assert.deepEqual(plain(decodeMessage(name, encodeMessage(name, value))), plain(value));
      }),
      { numRuns: 20 },
    );
  }
});

/** Buffers of any kind as hex, so that a slice of a pool equals a buffer of its own. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item) => (item?.type === 'Buffer' ? Buffer.from(item.data).toString('hex') : item)),
  );
}

test('a message that is cut short fails, or is one that ends there', () => {
  const whole = encodeMessage('RangeResponse', {
    header: { revision: '7' },
    kvs: [{ key: Buffer.from('k'), value: Buffer.alloc(40), mod_revision: '7' }],
    count: '1',
  });
  for (let length = 0; length < whole.length; length++) {
    try {
      assert.equal(
        encodeMessage('RangeResponse', decodeMessage('RangeResponse', whole.subarray(0, length))).length,
        length,
      );
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), `${length}: ${error}`);
    }
  }
});

test('random bytes end in an error or a message', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 200 }), (name, bytes) => {
      try {
        decodeMessage(name, Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
  );
});

test('the largest numbers stay exact', () => {
  const status = decodeMessage(
    'StatusResponse',
    encodeMessage('StatusResponse', { leader: '18446744073709551615', dbSize: -1n }),
  );
  assert.equal(status.leader, '18446744073709551615');
  assert.equal(status.dbSize, '-1');
});

test('methods have the paths and messages of their service', () => {
  assert.deepEqual(methodOf('KV', 'deleteRange'), {
    path: '/etcdserverpb.KV/DeleteRange',
    request: 'DeleteRangeRequest',
    response: 'DeleteRangeResponse',
    requestStream: false,
    responseStream: false,
  });
  assert.equal(methodOf('Auth', 'userAdd').request, 'AuthUserAddRequest');
  assert.equal(methodOf('Auth', 'authEnable').request, 'AuthEnableRequest');
  assert.equal(methodOf('Lock', 'lock').path, '/v3lockpb.Lock/Lock');
  assert.equal(methodOf('Maintenance', 'snapshot').responseStream, true);
  assert.throws(() => methodOf('KV', 'nothing'), RangeError);
});
