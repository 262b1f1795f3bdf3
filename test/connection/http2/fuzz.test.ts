import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { frame } from '../../../src/connection/http2/frames.js';
import { HpackEncoder } from '../../../src/connection/http2/hpack/encoder.js';
import { Flag, FrameType } from '../../../src/connection/http2/protocol.js';
import { readFrames, ScriptedPeer, type Seen, serverSettings, uint32 } from '../../support/http2-peer.js';

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } = FrameType;
const { END_STREAM, END_HEADERS, PADDED } = Flag;
const MOST_BYTES = 100e6;

/** An answer with every kind of frame that a server may send, for streams 1 and 3. */
function conversation(): Buffer[] {
  const encoder = new HpackEncoder();
  const head = encoder.encode([
    [':status', '200'],
    ['content-type', 'application/grpc'],
  ]);
  const trailers = encoder.encode([['grpc-status', '0']]);
  return [
    serverSettings([3, 100], [4, 1 << 20], [5, 16_384], [0xabc, 1]),
    frame(SETTINGS, Flag.ACK, 0, Buffer.alloc(0)),
    frame(HEADERS, 0, 1, head.subarray(0, 3)),
    frame(CONTINUATION, END_HEADERS, 1, head.subarray(3)),
    frame(WINDOW_UPDATE, 0, 0, uint32(1000)),
    frame(DATA, 0, 1, Buffer.from('\0\0\0\0\x03abc')),
    frame(DATA, PADDED, 1, Buffer.from('\x02\0\0\0\0\x01d\0\0', 'latin1')),
    frame(PING, 0, 0, Buffer.from('12345678')),
    frame(PRIORITY, 0, 3, Buffer.alloc(5)),
    frame(RST_STREAM, 0, 3, uint32(8)),
    frame(HEADERS, END_HEADERS | END_STREAM, 1, trailers),
    frame(GOAWAY, 0, 0, Buffer.concat([uint32(3, 0), Buffer.from('bye')])),
  ];
}

/** Plays a server's bytes to a client with two open calls, cut at `cut`; whatever they are, both calls and the connection must end well. */
async function play(bytes: Buffer, cut = 0): Promise<{ peer: ScriptedPeer; calls: Seen[] }> {
  const peer = new ScriptedPeer();
  const calls = [peer.ask(), peer.ask()];
  for (const { stream } of calls) stream.end(Buffer.from('request'));
  peer.receive(bytes.subarray(0, cut));
  peer.receive(bytes.subarray(cut));
  // What goes out is whole frames, whatever came in.
  const sent = Buffer.concat(
    (await peer.sent()).map(({ type, flags, streamId, payload }) => frame(type, flags, streamId, payload)),
  );
  assert.ok(readFrames(sent).length > 0);
  peer.hangUp();
  for (const { end } of calls) assert.ok(end, 'a call that never ends');
  assert.ok(peer.error);
  return { peer, calls };
}

test('the conversation itself', async () => {
  const { calls } = await play(Buffer.concat(conversation()));
  assert.equal(calls[0]?.body.toString('latin1'), '\0\0\0\0\x03abc\0\0\0\0\x01d');
  assert.deepEqual(calls[0]?.end, { how: 'complete' });
  assert.deepEqual(calls[1]?.end, { how: 'reset', code: 8, by: 'server' });
});

test('every field of every frame, with every value at its edges', async () => {
  const frames = conversation();
  const edges = [0, 1, 2, 3, 4, 5, 8, 9, 0x7f, 0x80, 0xfe, 0xff];
  for (const [i, original] of frames.entries()) {
    for (let at = 0; at < original.length; at += 1) {
      for (const value of edges) {
        const changed = Buffer.from(original);
        changed[at] = value;
        await play(Buffer.concat([...frames.slice(0, i), changed, ...frames.slice(i + 1)]), at);
      }
    }
  }
});

test('frames left out, doubled, and in another order', async () => {
  const frames = conversation();
  for (const [i, one] of frames.entries()) {
    await play(Buffer.concat(frames.toSpliced(i, 1)));
    await play(Buffer.concat(frames.toSpliced(i, 0, one)));
    for (const j of frames.keys()) {
      const swapped = [...frames];
      [swapped[i], swapped[j]] = [swapped[j]!, swapped[i]!];
      await play(Buffer.concat(swapped));
    }
  }
});

test('cut anywhere', async () => {
  const bytes = Buffer.concat(conversation());
  for (let cut = 0; cut <= bytes.length; cut += 1) await play(bytes.subarray(0, cut));
});

test('any bytes, and any frames', async () => {
  const anyFrame = fc
    .tuple(fc.nat(11), fc.nat(255), fc.constantFrom(0, 1, 2, 3, 5, 0x7fffffff), fc.uint8Array({ maxLength: 60 }))
    .map(([type, flags, id, payload]) => frame(type, flags, id, payload));
  await fc.assert(
    fc.asyncProperty(fc.array(anyFrame, { maxLength: 12 }), fc.uint8Array({ maxLength: 40 }), async (frames, tail) => {
      await play(Buffer.concat([serverSettings(), ...frames, tail]));
      await play(Buffer.concat([tail, ...frames]));
    }),
    { numRuns: 1000 },
  );
});

/** Sends `piece` until the client gives up; it must do so before `most` bytes, and must not have kept what came. */
async function flood(peer: ScriptedPeer, piece: Buffer, most: number): Promise<void> {
  const before = process.memoryUsage().rss;
  for (let sent = 0; !peer.error; sent += piece.length) {
    assert.ok(sent < most, 'a flood without end');
    peer.receive(piece);
  }
  assert.ok(process.memoryUsage().rss - before < MOST_BYTES);
  assert.equal(await peer.complaint(GOAWAY), 'ENHANCE_YOUR_CALM');
}

const many = (one: Buffer) => Buffer.concat(Array.from({ length: 1000 }, () => one));

for (const [name, one] of [
  ['PING', frame(PING, 0, 0, Buffer.alloc(8))],
  ['PING with ACK', frame(PING, Flag.ACK, 0, Buffer.alloc(8))],
  ['SETTINGS', serverSettings()],
  ['PRIORITY', frame(PRIORITY, 0, 1, Buffer.alloc(5))],
  ['empty DATA', frame(DATA, 0, 1, Buffer.alloc(0))],
  ['frames of no known type', frame(0xcc, 0, 0, Buffer.alloc(0))],
  ['GOAWAY', frame(GOAWAY, 0, 0, Buffer.concat([uint32(0x7fffffff, 0)]))],
  ['RST_STREAM of a closed stream', frame(RST_STREAM, 0, 3, uint32(8))],
] as const) {
  test(`a flood of ${name} ends the connection`, async () => {
    const peer = new ScriptedPeer();
    peer.ask();
    peer.ask().stream.reset(8);
    peer.receive(serverSettings());
    peer.receive(frame(HEADERS, END_HEADERS, 1, Buffer.from([0x88])));
    await flood(peer, many(one), 300e6);
  });
}

test('a header block without end ends the connection', async () => {
  const peer = new ScriptedPeer();
  peer.ask();
  peer.receive(serverSettings(), frame(HEADERS, 0, 1, Buffer.from([0x88])));
  await flood(peer, frame(CONTINUATION, 0, 1, Buffer.alloc(16_384, 0x88)), 100e6);
});

test('questions whose answers are not read end the connection', async () => {
  const peer = new ScriptedPeer();
  peer.receive(serverSettings());
  peer.full = true;
  await peer.sent();
  await flood(peer, many(frame(PING, 0, 0, Buffer.alloc(8))), 100e6);
});
