import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame } from '../../../src/connection/http2/frames.js';
import { Flag, FrameType, Setting } from '../../../src/connection/http2/protocol.js';
import { STREAM_WINDOW } from '../../../src/connection/http2/settings.js';
import { ScriptedPeer, type SentFrame, serverSettings, uint32 } from '../../support/http2-peer.js';

const { DATA, HEADERS, RST_STREAM, PING, GOAWAY, WINDOW_UPDATE, SETTINGS, CONTINUATION } = FrameType;
const { END_STREAM, END_HEADERS } = Flag;

function begun(...settings: [number, number][]): ScriptedPeer {
  const peer = new ScriptedPeer();
  peer.receive(serverSettings(...settings));
  return peer;
}

const bytesOf = (frames: SentFrame[], streamId: number) =>
  frames.reduce((sum, one) => sum + (one.type === DATA && one.streamId === streamId ? one.payload.length : 0), 0);

test('hello, then SETTINGS that forbid pushing, in one write with the first request', async () => {
  const peer = new ScriptedPeer();
  peer.ask().stream.end(Buffer.from('abc'));
  const [settings, window, head, data] = await peer.sent();
  assert.equal(settings?.type, SETTINGS);
  assert.equal(settings.payload.readUInt16BE(0), Setting.ENABLE_PUSH);
  assert.equal(settings.payload.readUInt32BE(2), 0);
  assert.equal(window?.type, WINDOW_UPDATE);
  assert.equal(head?.type, HEADERS);
  assert.equal(head.flags, END_HEADERS);
  assert.deepEqual([data?.flags, data?.payload.toString()], [END_STREAM, 'abc']);
});

test('PING and SETTINGS are answered', async () => {
  const peer = begun();
  peer.receive(frame(PING, 0, 0, Buffer.from('12345678')));
  const [, , settings, ping] = await peer.sent();
  assert.deepEqual([settings?.type, settings?.flags, settings?.payload.length], [SETTINGS, Flag.ACK, 0]);
  assert.deepEqual([ping?.type, ping?.flags, ping?.payload.toString()], [PING, Flag.ACK, '12345678']);
});

test('a request waits for the windows of its stream and of the connection', async () => {
  const peer = begun([Setting.INITIAL_WINDOW_SIZE, 10_000]);
  const { stream } = peer.ask();
  let flushed = 0;
  stream.write(Buffer.alloc(25_000), () => flushed++);
  stream.end(Buffer.alloc(60_000));
  const sent = async () => bytesOf(await peer.sent(), 1);
  assert.equal(await sent(), 10_000);
  peer.receive(frame(WINDOW_UPDATE, 0, 1, uint32(15_000)));
  assert.equal(await sent(), 25_000);
  assert.equal(flushed, 1);
  // What the server takes back counts as well: 10,000 less, then 10,000 and 20 more.
  peer.receive(serverSettings([Setting.INITIAL_WINDOW_SIZE, 0]), frame(WINDOW_UPDATE, 0, 1, uint32(10_020)));
  assert.equal(await sent(), 25_020);
  peer.receive(frame(WINDOW_UPDATE, 0, 1, uint32(1_000_000)));
  assert.equal(await sent(), 65_535);
  peer.receive(frame(WINDOW_UPDATE, 0, 0, uint32(1_000_000)));
  const frames = (await peer.sent()).filter(({ type }) => type === DATA);
  assert.equal(bytesOf(frames, 1), 85_000);
  assert.ok(frames.every(({ payload }) => payload.length <= 16_384));
  assert.deepEqual(frames.map(({ flags }) => flags).filter(Boolean), [END_STREAM]);
});

test('a request waits while the system takes nothing', async () => {
  const peer = begun();
  peer.full = true;
  const { stream } = peer.ask();
  await peer.sent();
  stream.end(Buffer.from('abc'));
  assert.equal(bytesOf(await peer.sent(), 1), 0);
  peer.drain();
  assert.equal(bytesOf(await peer.sent(), 1), 3);
});

test('no more streams than the server takes; the others follow', async () => {
  const peer = begun([Setting.MAX_CONCURRENT_STREAMS, 2]);
  const calls = [peer.ask('/a'), peer.ask('/b'), peer.ask('/c'), peer.ask('/d')];
  calls[3]!.stream.reset(8);
  calls[2]!.stream.end(Buffer.from('later'));
  const opened = async () => (await peer.sent()).flatMap(({ type, streamId }) => (type === HEADERS ? streamId : []));
  assert.deepEqual(await opened(), [1, 3]);
  peer.receive(frame(RST_STREAM, 0, 1, uint32(2)));
  assert.deepEqual(await opened(), [1, 3, 5]);
  assert.equal(bytesOf(await peer.sent(), 5), 5);
  assert.deepEqual(calls[0]!.end, { how: 'reset', code: 2, by: 'server' });
});

test('GOAWAY: what the server has not taken is refused, what it has goes on', async () => {
  const peer = begun([Setting.MAX_CONCURRENT_STREAMS, 2]);
  const [first, second, queued] = [peer.ask(), peer.ask(), peer.ask()];
  peer.receive(frame(GOAWAY, 0, 0, uint32(1, 0)));
  assert.equal(peer.connection.usable, false);
  assert.deepEqual([second.end, queued.end], [{ how: 'refused' }, { how: 'refused' }]);
  peer.receive(peer.headers(1, [[':status', '200']]), peer.data(1, 'x', END_STREAM));
  assert.deepEqual([first.body.toString(), first.end], ['x', { how: 'complete' }]);
});

test('why the server ended the connection is told when it is gone', () => {
  const peer = begun();
  const seen = peer.ask();
  peer.receive(frame(GOAWAY, 0, 0, Buffer.concat([uint32(1, 11), Buffer.from('too_many_pings')])));
  peer.hangUp();
  assert.match(String(peer.error), /the server ended the connection \(ENHANCE_YOUR_CALM\)/);
  assert.equal(seen.end?.how, 'lost');
});

test('REFUSED_STREAM says that nothing was done', () => {
  const peer = begun();
  const seen = peer.ask();
  peer.receive(frame(RST_STREAM, 0, 1, uint32(7)));
  assert.deepEqual(seen.end, { how: 'refused' });
});

test('an answer before the whole request: the rest is not sent', async () => {
  const peer = begun([Setting.INITIAL_WINDOW_SIZE, 5]);
  const seen = peer.ask();
  let flushed = 0;
  seen.stream.write(Buffer.alloc(10), () => flushed++);
  peer.receive(
    peer.headers(
      1,
      [
        [':status', '200'],
        ['grpc-status', '7'],
      ],
      END_HEADERS | END_STREAM,
    ),
  );
  assert.deepEqual(seen.end, { how: 'complete' });
  assert.equal(flushed, 1);
  assert.equal(await peer.complaint(RST_STREAM), 'CANCEL');
});

test('what comes after a reset of ours is passed over, and its headers are decoded all the same', async () => {
  const peer = begun();
  const [given, kept] = [peer.ask(), peer.ask()];
  given.stream.reset(8);
  kept.stream.end();
  // 0x40: a field that the client's table keeps; 0xbe is that field on another stream.
  const block = Buffer.concat([Buffer.from([0x88, 0x40, 1]), Buffer.from('a\x01b')]);
  peer.receive(frame(HEADERS, END_HEADERS, 1, block), peer.data(1, 'x', END_STREAM));
  peer.receive(frame(HEADERS, END_HEADERS | END_STREAM, 3, Buffer.from([0x88, 0xbe])));
  assert.equal(kept.headers?.get('a'), 'b');
  assert.equal((await peer.sent()).filter(({ type }) => type === RST_STREAM).length, 1);
});

test('a server that keeps to the windows sends 100 MB without a halt', async () => {
  const peer = begun();
  const seen = peer.ask();
  peer.receive(peer.headers(1, [[':status', '200']]));
  let windows = [STREAM_WINDOW, 16 * 1024 * 1024];
  let counted = 0;
  const piece = peer.data(1, Buffer.alloc(16_384));
  for (let sent = 0; sent < 100e6; sent += 16_384) {
    if (Math.min(...windows) < 16_384) {
      const updates = (await peer.sent()).filter(({ type }) => type === WINDOW_UPDATE);
      for (const { streamId, payload } of updates.slice(1 + counted))
        windows[streamId === 1 ? 0 : 1]! += payload.readUInt32BE(0);
      counted = updates.length - 1;
    }
    assert.ok(Math.min(...windows) >= 16_384, `the windows are used up after ${sent} bytes`);
    windows = windows.map((left) => left - 16_384);
    seen.body = Buffer.alloc(0);
    peer.receive(piece);
  }
  assert.equal(peer.error, undefined);
});

test('a stream that is paused takes one window and no more, until it goes on', async () => {
  const peer = begun();
  const seen = peer.ask();
  seen.stream.pause();
  peer.receive(peer.headers(1, [[':status', '200']]));
  const updates = async () =>
    (await peer.sent()).filter(({ type, streamId }) => type === WINDOW_UPDATE && streamId === 1);
  for (let sent = 0; sent < STREAM_WINDOW; sent += 16_384) peer.receive(peer.data(1, Buffer.alloc(16_384)));
  assert.equal((await updates()).length, 0);
  seen.stream.resume();
  assert.equal((await updates())[0]?.payload.readUInt32BE(0), STREAM_WINDOW);
});

test('a long header block goes out in CONTINUATION frames', async () => {
  const peer = begun();
  peer.ask('/', [['token', 'x'.repeat(40_000)]]);
  const types = (await peer.sent()).slice(3).map(({ type, flags }) => [type, flags]);
  assert.deepEqual(types, [
    [HEADERS, 0],
    [CONTINUATION, 0],
    [CONTINUATION, END_HEADERS],
  ]);
});

test('streams end with the connection, each once', () => {
  const peer = begun([Setting.MAX_CONCURRENT_STREAMS, 1]);
  const [open, queued] = [peer.ask(), peer.ask()];
  peer.hangUp(new Error('reset'));
  assert.equal(open.end?.how, 'lost');
  assert.deepEqual(queued.end, { how: 'refused' });
  open.stream.write(Buffer.from('x'));
  open.stream.reset(8);
});
