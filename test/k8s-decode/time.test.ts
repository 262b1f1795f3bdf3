import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/base/go/duration.js';
import { formatMicroTime, formatTime, parseTime } from '../../src/k8s-decode/time.js';

test('a time is written in UTC, with whole seconds or microseconds', () => {
  assert.equal(formatTime(0), '1970-01-01T00:00:00Z');
  assert.equal(formatTime(-1), '1969-12-31T23:59:59Z');
  assert.equal(formatTime(253402300799), '9999-12-31T23:59:59Z');
  assert.equal(formatTime(253402300800), undefined);
  assert.equal(formatTime(-1e15), undefined);
  assert.equal(formatMicroTime(1, 234567891), '1970-01-01T00:00:01.234567Z');
  assert.equal(formatMicroTime(1, 0), '1970-01-01T00:00:01.000000Z');
});

test('a time is read with any offset and fraction', () => {
  assert.deepEqual(parseTime('2026-11-21T09:13:05Z'), { seconds: 1795252385, nanoseconds: 0 });
  assert.deepEqual(parseTime('2026-11-21T10:13:05.25+01:00'), { seconds: 1795252385, nanoseconds: 250000000 });
  for (const text of ['', '2026-11-21', '2026-11-21T09:13:05', '2026-13-21T09:13:05Z', 'now']) {
    assert.equal(parseTime(text), undefined, text);
  }
});

const DURATIONS: [nanoseconds: bigint, text: string][] = [
  [0n, '0s'],
  [1n, '1ns'],
  [1100n, '1.1µs'],
  [2200000n, '2.2ms'],
  [3300000000n, '3.3s'],
  [60000000000n, '1m0s'],
  [5445000000000n, '1h30m45s'],
  [-1500000000n, '-1.5s'],
  [86400000000000n, '24h0m0s'],
  [9223372036854775807n, '2562047h47m16.854775807s'],
];

test("a duration is written as Go's, and read again", () => {
  for (const [nanoseconds, text] of DURATIONS) {
    assert.equal(formatDuration(nanoseconds), text);
    assert.equal(parseDuration(text), nanoseconds);
  }
  assert.equal(parseDuration('1h1m'), 3660000000000n);
  assert.equal(parseDuration('.5s'), 500000000n);
  for (const text of ['', '1', 's', '1x', '1h-1m']) assert.throws(() => parseDuration(text), /^Error: time: /, text);
});

test('every time and duration survives being written and read', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62135596800, max: 253402300799 }), fc.nat(999999), (seconds, micro) => {
      const nanoseconds = micro * 1000;
      assert.deepEqual(parseTime(formatMicroTime(seconds, nanoseconds)!), { seconds, nanoseconds });
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanoseconds) => {
      assert.equal(parseDuration(formatDuration(nanoseconds)), nanoseconds);
    }),
  );
});
