import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Field, OneOf, Root, Type } from 'protobufjs/light.js';
import { bytesField, numberField } from '../../src/base/wire/fields.js';
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

/** The same table, as messages of protobufjs: another codec to agree with. */
const peers = (() => {
  const scalars: Record<string, string> = { i64: 'int64', u64: 'uint64', u32: 'uint32', str: 'string', enum: 'int32' };
  const root = new Root();
  for (const name of names) {
    const type = new Type(name);
    for (const field of fieldsOf(name)) {
      const rule = field.repeated ? 'repeated' : undefined;
      type.add(new Field(field.name, field.number, scalars[field.type] ?? field.type, rule));
      if (field.oneof) type.add(new OneOf(`_${field.name}`, [field.name], { proto3_optional: true }));
    }
    root.add(type);
  }
  return root.resolveAll();
})();

test('protobufjs reads what is written here, and writes what is read here', () => {
  for (const name of names) {
    const peer = peers.lookupType(name);
    fc.assert(
      fc.property(message(name), (value) => {
        const bytes = encodeMessage(name, value);
        const read = peer.decode(bytes);
        assert.deepEqual(Buffer.from(encodeMessage(name, peer.toObject(read, { longs: String }))), bytes);
        const written = peer.encode(peer.fromObject(value)).finish();
        assert.deepEqual(plain(decodeMessage(name, written)), plain(value));
      }),
      { numRuns: 20 },
    );
  }
});

test('a field in another wire type than its own is refused', () => {
  const wrong: [MessageName, Buffer][] = [
    ['ResponseHeader', bytesField(3, 'seven')],
    ['RangeResponse', numberField(1, 7)],
    ['RangeResponse', Buffer.from([0x25, 1, 2, 3, 4])],
    ['Member', numberField(2, 7)],
  ];
  for (const [name, bytes] of wrong) assert.throws(() => decodeMessage(name, bytes), RangeError);
});

test('fields that nobody knows are passed over, whatever they hold', () => {
  const unknown = fc.constantFrom(
    numberField(2000, 2n ** 64n - 1n),
    bytesField(2000, 'new'),
    Buffer.from([0x81, 0x7d, 1, 2, 3, 4, 5, 6, 7, 8]),
    Buffer.from([0x85, 0x7d, 1, 2, 3, 4]),
  );
  fc.assert(
    fc.property(message('StatusResponse'), unknown, (value, field) => {
      const bytes = Buffer.concat([field, encodeMessage('StatusResponse', value), field]);
      assert.deepEqual(plain(decodeMessage('StatusResponse', bytes)), plain(value));
    }),
  );
});

test('numbers of a list are read packed and one by one', () => {
  const packed = bytesField(5, Buffer.from([0, 1, 0]));
  const apart = Buffer.concat([numberField(5, 0), numberField(5, 1), numberField(5, 0)]);
  for (const bytes of [packed, apart]) assert.deepEqual(decodeMessage('WatchCreateRequest', bytes).filters, [0, 1, 0]);
});

test('what is no message of the API is refused', () => {
  const bad: Buffer[] = [
    Buffer.from([0x00]), // the number 0
    Buffer.from([0x0b, 0x0c]), // a group
    Buffer.from([0x0a, 0x05, 0x08]), // a message that runs over its end
    Buffer.from([0x0a, 0x02, 0x18, 0x80]), // a number that runs over its message's end
    Buffer.from([0x20, ...Array(10).fill(0xff), 0x01]), // more than 64 bits
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), // a field number beyond all
  ];
  for (const bytes of bad)
    assert.throws(() => decodeMessage('RangeResponse', bytes), RangeError, bytes.toString('hex'));
});

test('messages nested without end are refused, not followed', () => {
  let nested: Buffer = Buffer.alloc(0);
  for (let i = 0; i < 2000; i++) nested = bytesField(2, bytesField(4, nested));
  assert.throws(() => decodeMessage('TxnRequest', nested), /nested deeper/);
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

test('the name of an enum is refused, which would count as 0', () => {
  assert.throws(() => encodeMessage('RangeRequest', { sort_order: 'Descend' }), /sort_order is an enum/);
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
