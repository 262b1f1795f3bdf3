import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Context, Mode } from '../../src/base/contract.js';
import { formatDuration } from '../../src/base/go/duration.js';
import { stringJson } from '../../src/base/go/json.js';
import { goQuote } from '../../src/base/go/quote.js';
import { hexEscaped, visible } from '../../src/output/bytes.js';
import { hexId, hexLease } from '../../src/output/ids.js';
import { messageJson } from '../../src/output/json.js';
import { decimalBytes } from '../../src/output/size.js';
import { renderTable } from '../../src/output/table.js';

test('%q', () => {
  const cases: [string | Buffer, string][] = [
    ['foo', '"foo"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\x07\b\f\n\r\t\v\x00\x7f', '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
    ['grüße 世界', '"grüße 世界"'],
    ['\u2028\u00a0\ufeff', '"\\u2028\\u00a0\\ufeff"'],
    ['\u{e0001}', '"\\U000e0001"'],
    [Buffer.from([0x61, 0xff, 0xc3, 0x28]), '"a\\xff\\xc3("'],
    [Buffer.from('\ufffd'), '"\ufffd"'],
    [Buffer.concat([Buffer.from('\ufffd'), Buffer.from([0xfe])]), '"\ufffd\\xfe"'],
    ['<&>', '"<&>"'],
  ];
  for (const [text, quoted] of cases) assert.equal(goQuote(text), quoted);
});

test('%q of any bytes has no control characters and keeps its ASCII', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.match(goQuote(bytes), /^"[^\x00-\x1f\x7f]*"$/);
    }),
  );
});

test('durations', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [999, '999ns'],
    [1_000, '1µs'],
    [1_234_567, '1.234567ms'],
    [100_000_000, '100ms'],
    [2_500_000_000, '2.5s'],
    [10_000_000_000, '10s'],
    [60_000_000_000, '1m0s'],
    [3_723_500_000_000, '1h2m3.5s'],
  ];
  for (const [nanoseconds, text] of cases) assert.equal(formatDuration(BigInt(nanoseconds)), text);
});

test('sizes', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [9, '9 B'],
    [10, '10 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [20480, '20 kB'],
    [9949, '9.9 kB'],
    [2147483648, '2.1 GB'],
    [25165824, '25 MB'],
  ];
  for (const [bytes, text] of cases) assert.equal(decimalBytes(bytes), text);
});

test('IDs', () => {
  assert.equal(hexId('9372538179322589801'), '8211f1d0f64f3269');
  assert.equal(hexLease('1234'), '00000000000004d2');
  assert.equal(hexLease('-1'), 'ffffffffffffffff');
  assert.equal(hexEscaped(Buffer.from('foo')), '\\x66\\x6f\\x6f');
});

test('JSON as Go writes it', () => {
  assert.equal(stringJson('<a&"b">\u2028'), '"\\u003ca\\u0026\\"b\\"\\u003e\\u2028"');
  const response = {
    header: { cluster_id: '18446744073709551615', member_id: '0', revision: '3', raft_term: '0' },
    count: '0',
  };
  assert.equal(messageJson('RangeResponse', response), '{"header":{"cluster_id":18446744073709551615,"revision":3}}');
  assert.equal(
    messageJson('StatusResponse', { downgradeInfo: { enabled: false, targetVersion: '' } }),
    '{"downgradeInfo":{}}',
  );
});

test('what would steer a terminal is made visible', () => {
  assert.equal(visible(Buffer.from('a\x1b[2Jb\n')), 'a\\x1b[2Jb\n');
  assert.equal(visible(Buffer.from('grün\x07')), 'grün\\x07');
  assert.equal(visible(Buffer.from([0x66, 0xff])), 'f\\xff');
  assert.deepEqual(visible(Buffer.from('plain\tgrün\n')), Buffer.from('plain\tgrün\n'));
});

test('tables of both generations', () => {
  const heads = ['endpoint', 'took'];
  const rows = [
    ['127.0.0.1:2379', '1ms'],
    ['x', 'a text that is longer than thirty characters'],
  ];
  assert.equal(
    renderTable(context({ tool: 'etcdctl', version: '3.6' }), heads, rows),
    `+----------------+--------------------------------+
|    ENDPOINT    |              TOOK              |
+----------------+--------------------------------+
| 127.0.0.1:2379 |                            1ms |
|              x |     a text that is longer than |
|                |              thirty characters |
+----------------+--------------------------------+
`,
  );
  assert.equal(
    renderTable(context({ tool: 'ketcdctl' }), heads, []),
    '┌──────────┬──────┐\n│ ENDPOINT │ TOOK │\n└──────────┴──────┘\n',
  );
});

function context(mode: Mode): Context {
  return { mode, stdout: { isTTY: false } } as Context;
}

test('a table of many rows has a line for each, and is drawn in a time that grows with their number alone', () => {
  for (const version of ['3.4', '3.7'] as const) {
    const context = { mode: { tool: 'etcdctl', version }, stdout: { isTTY: false } } as unknown as Context;
    // With a time that grew with the square of it, this would take minutes.
    const rows = Array.from({ length: 50_001 }, (_, at) => [`name ${at}`, String(at % 7)]);
    const lines = renderTable(context, ['name', 'n'], rows).split('\n');
    assert.equal(lines.length, 50_001 + 5);
    const cells = lines
      .slice(3, -2)
      .map((line) => line.split(version === '3.4' ? '|' : '│').map((cell) => cell.trim()));
    assert.deepEqual(
      cells.map(([, name, n]) => [name, n]),
      rows,
    );
    assert.equal(new Set(lines.slice(0, -1).map((line) => line.length)).size, 1);
  }
});
