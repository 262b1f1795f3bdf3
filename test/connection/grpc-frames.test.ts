import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFrame, FrameError, FrameParser } from '../../src/connection/grpc-frames.js';

/** Cuts `bytes` at the given places. */
function chunked(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let from = 0;
  for (const place of [...places, bytes.length]) {
    // Copied, so that a parser that reads over the end of a chunk is found out.
    chunks.push(Buffer.from(bytes.subarray(from, place)));
    from = place;
  }
  return chunks;
}

test('messages come out as they went in, however they are chunked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
      fc.array(fc.nat(5000), { maxLength: 40 }),
      (messages, cuts) => {
        const out: Buffer[] = [];
        const parser = new FrameParser((message) => out.push(message));
        for (const chunk of chunked(Buffer.concat(messages.map(encodeFrame)), cuts)) parser.push(chunk);
        assert.deepEqual(
          out.map(String),
          messages.map((message) => String(Buffer.from(message))),
        );
        assert.equal(parser.complete, true);
      },
    ),
  );
});

test('a message within one chunk is not copied', () => {
  const frame = encodeFrame(Buffer.from('hello'));
  let got: Buffer | undefined;
  new FrameParser((message) => {
    got = message;
  }).push(frame);
  assert.equal(got?.buffer, frame.buffer);
});

test('a message that is cut short is not complete', () => {
  for (const length of [1, 5, 7]) {
    const parser = new FrameParser(() => assert.fail('no message is complete'));
    parser.push(encodeFrame(Buffer.from('hello')).subarray(0, length));
    assert.equal(parser.complete, false);
  }
});

test('a message over the limit and a compressed one are refused before they are read', () => {
  const tooLong = new FrameParser(() => {}, 4);
  assert.throws(() => tooLong.push(encodeFrame(Buffer.alloc(5)).subarray(0, 5)), {
    message: 'grpc: received message larger than max (5 vs. 4)',
    tooLarge: true,
  });
  const compressed = new FrameParser(() => {});
  assert.throws(() => compressed.push(Buffer.from([1, 0, 0, 0, 1, 0])), FrameError);
});
