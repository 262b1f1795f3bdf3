import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinCrc } from '../../src/storage/crc-join.js';
import { crc32c } from '../../src/storage/crc32c.js';

test('the joined checksum is that of the whole', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.equal(joinCrc(crc32c(a), crc32c(b), b.length), crc32c(Buffer.concat([a, b])));
    }),
  );
});

test('parts of any length, also beyond those that are looked up', () => {
  for (const length of [0, 1, 16_383, 16_384, 100_003, 3 << 20]) {
    const whole = Buffer.alloc(length + 5, 'some bytes');
    const after = crc32c(whole, 0, 5);
    assert.equal(joinCrc(crc32c(whole, 0, 0, 5), after, length), crc32c(whole), String(length));
  }
});
