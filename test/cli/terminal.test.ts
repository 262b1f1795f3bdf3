import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Output } from '../../src/base/contract.js';
import { harmless, safeIo, writeStyled } from '../../src/base/terminal.js';

/** Keeps what it is given, as a terminal or as a file. */
class Kept implements Output {
  bytes = Buffer.alloc(0);

  constructor(readonly isTTY: boolean) {}

  write(chunk: string | Uint8Array): undefined {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(chunk as Uint8Array)]);
  }

  async flush(): Promise<void> {}
}

function written(isTTY: boolean, write: (out: Output) => void): Buffer {
  const out = new Kept(isTTY);
  write(safeIo({ stdout: out, stderr: out, stdin: process.stdin }).stdout);
  return out.bytes;
}

test('what steers a terminal is shown in place of being sent', () => {
  const cases: [string | Buffer, string][] = [
    ['plain\ttext\n', 'plain\ttext\n'],
    ['a\x1b[31mb', 'a\\x1b[31mb'],
    ['line\r\n', 'line\\x0d\n'],
    ['bell\x07, delete\x7f, zero\0', 'bell\\x07, delete\\x7f, zero\\x00'],
    ['\u009b2J', '\\xc2\\x9b2J'],
    ['grün 猫 🐈', 'grün 猫 🐈'],
    [Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xe7, 0x8c]), 'a\\xff\\xc3(\\xe7\\x8c'],
    [Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0x9b]), '\\xed\\xa0\\x80\\xc0\\x9b'],
  ];
  for (const [chunk, shown] of cases) assert.equal(String(harmless(chunk)), shown);
});

test('whatever the bytes are, what a terminal gets is text without control characters', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const shown = Buffer.from(harmless(bytes) as Uint8Array);
      assert.match(new TextDecoder('utf-8', { fatal: true }).decode(shown), /^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$/u);
    }),
  );
});

test('a file gets the bytes as they are, and a terminal our own colours', () => {
  const bytes = Buffer.from([0x1b, 0x5b, 0xff, 0x0d]);
  assert.deepEqual(
    written(false, (out) => out.write(bytes)),
    bytes,
  );
  assert.equal(written(true, (out) => out.write(bytes)).toString(), '\\x1b[\\xff\\x0d');
  assert.equal(written(true, (out) => writeStyled(out, '\x1b[1mbold\x1b[22m')).toString(), '\x1b[1mbold\x1b[22m');
});
