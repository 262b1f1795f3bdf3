import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameError } from '../../src/connection/grpc-frames.js';
import { fragmenter } from '../../src/connection/watch-fragments.js';
import { decodeMessage, encodeMessage } from '../../src/rpc/codec.js';

interface Answer {
  header: { revision: string } | null;
  watch_id: string;
  fragment: boolean;
  events: { kv: { key: Buffer; value: Buffer } }[];
}

/** A WatchResponse with values of these lengths. */
function answerOf(lengths: number[], fragment: boolean): Buffer {
  const events = lengths.map((length, i) => ({
    type: i % 2,
    kv: { key: Buffer.from(`k${i}`), value: Buffer.alloc(length, i), mod_revision: '7' },
  }));
  return encodeMessage('WatchResponse', { header: { revision: '12345' }, watch_id: '3', fragment, events });
}

/** Hands the bytes on in chunks of these sizes, the last of which is repeated. */
function cut(bytes: Buffer, sizes: number[], take: ReturnType<typeof fragmenter>): Answer[] {
  const answers: Answer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + sizes[Math.min(i, sizes.length - 1)]!);
    const answer = take(bytes.subarray(at, end), end === bytes.length);
    if (answer) answers.push(decodeMessage<Answer>('WatchResponse', answer));
    at = end;
  }
  return answers;
}

test('fragments have the events of the answer in order, and its other fields', () => {
  const lengths = fc.array(fc.oneof(fc.nat(300), fc.nat(100_000)), { maxLength: 40 });
  const sizes = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 20 });
  const answers = fc.array(fc.tuple(lengths, fc.boolean()), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(answers, sizes, fc.integer({ min: 500, max: 70_000 }), (all, first, rest) => {
      const take = fragmenter();
      for (const [values, fragment] of all) {
        const whole = answerOf(values, fragment);
        const parts = cut(whole, [...first, rest], take);
        assert.deepEqual(
          parts.flatMap(({ events }) => events),
          decodeMessage<Answer>('WatchResponse', whole).events,
        );
        assert.ok(parts.every(({ header, watch_id }) => header?.revision === '12345' && watch_id === '3'));
        assert.deepEqual(
          parts.map((part) => part.fragment),
          parts.map((_, i) => i < parts.length - 1 || fragment),
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('an answer in one piece is handed on as it is', () => {
  const whole = answerOf([200_000, 5], false);
  assert.equal(fragmenter()(whole, true), whole);
});

test('a long answer is not kept until its end', () => {
  const parts = cut(answerOf(Array(100).fill(10_000), false), [16_384], fragmenter());
  assert.ok(parts.length > 10, `${parts.length} parts`);
});

test('bytes that are no message are no fragment', () => {
  const take = fragmenter();
  assert.throws(() => take(Buffer.alloc(100_000, 0xff), false), FrameError);
});
