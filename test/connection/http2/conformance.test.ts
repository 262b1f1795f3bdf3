import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frame } from '../../../src/connection/http2/frames.js';
import { Flag, FrameType, Setting } from '../../../src/connection/http2/protocol.js';
import { STREAM_WINDOW } from '../../../src/connection/http2/settings.js';
import { ScriptedPeer, serverSettings, uint32 } from '../../support/http2-peer.js';

const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION } =
  FrameType;
const { ACK, END_STREAM, END_HEADERS, PADDED } = Flag;
const NOTHING = Buffer.alloc(0);

/** A connection on which the server has said hello, and stream 1 waits for its answer. */
function begun() {
  const peer = new ScriptedPeer();
  peer.receive(serverSettings());
  const seen = peer.ask();
  seen.stream.end();
  return { peer, seen };
}

/** What a rule says becomes of a connection or of stream 1. */
type Verdict =
  /** GOAWAY with this code, and the end of all. */
  | { connection: string }
  /** RST_STREAM with this code; the connection goes on. */
  | { stream: string }
  /** The frame is taken, or passed over. */
  | 'goes on';

/** One line a rule of RFC 9113 that binds a client: its section, what the server sends, and what must come of it. */
// biome-ignore format: one line a rule
const RULES: [section: string, rule: string, frames: (peer: ScriptedPeer) => Buffer[], verdict: Verdict][] = [
  ['4.1', 'frames of unknown types are passed over', () => [frame(0xbe, 0xff, 0, Buffer.alloc(20))], 'goes on'],
  ['4.1', 'and on a stream', () => [frame(0xbe, 0xff, 1, NOTHING)], 'goes on'],
  ['4.1', 'flags that mean nothing are passed over', () => [frame(PING, 0xfe, 0, Buffer.alloc(8))], 'goes on'],
  ['4.1', 'the reserved bit is passed over', () => [frame(WINDOW_UPDATE, 0, 0x80000001, uint32(5))], 'goes on'],
  ['4.2', 'no frame is longer than our SETTINGS allow', () => [frame(DATA, 0, 1, Buffer.alloc(16_385))], { connection: 'FRAME_SIZE_ERROR' }],
  ['4.3', 'a header block that cannot be decoded', () => [frame(HEADERS, END_HEADERS, 1, Buffer.from([0x80]))], { connection: 'COMPRESSION_ERROR' }],
  ['4.3', 'its frames have no other between them', () => [frame(HEADERS, 0, 1, Buffer.from([0x88])), frame(PING, 0, 0, Buffer.alloc(8))], { connection: 'PROTOCOL_ERROR' }],
  ['4.3', 'nor one of another stream', () => [frame(HEADERS, 0, 1, Buffer.from([0x88])), frame(CONTINUATION, END_HEADERS, 3, NOTHING)], { connection: 'PROTOCOL_ERROR' }],
  ['5.1', 'no DATA on an idle stream', (peer) => [peer.data(9, 'x')], { connection: 'PROTOCOL_ERROR' }],
  ['5.1', 'no HEADERS on an idle stream', (peer) => [peer.headers(9, [[':status', '200']])], { connection: 'PROTOCOL_ERROR' }],
  ['5.1', 'no RST_STREAM on an idle stream', () => [frame(RST_STREAM, 0, 9, uint32(8))], { connection: 'PROTOCOL_ERROR' }],
  ['5.1', 'no WINDOW_UPDATE on an idle stream', () => [frame(WINDOW_UPDATE, 0, 9, uint32(8))], { connection: 'PROTOCOL_ERROR' }],
  ['5.1', 'PRIORITY on an idle stream is passed over', () => [frame(PRIORITY, 0, 9, Buffer.alloc(5))], 'goes on'],
  ['5.1', 'no DATA after END_STREAM', (peer) => [peer.headers(1, [[':status', '200']], END_HEADERS | END_STREAM), peer.data(1, 'x')], { stream: 'STREAM_CLOSED' }],
  ['5.1', 'no HEADERS after END_STREAM', (peer) => [peer.headers(1, [[':status', '200']], END_HEADERS | END_STREAM), peer.headers(1, [[':status', '200']])], { stream: 'STREAM_CLOSED' }],
  ['5.1', 'WINDOW_UPDATE after END_STREAM is passed over', (peer) => [peer.headers(1, [[':status', '200']], END_HEADERS | END_STREAM), frame(WINDOW_UPDATE, 0, 1, uint32(8))], 'goes on'],
  ['5.1.1', 'a server opens no streams', (peer) => [peer.headers(2, [[':status', '200']])], { connection: 'PROTOCOL_ERROR' }],
  ['6.1', 'DATA is of a stream', () => [frame(DATA, 0, 0, Buffer.from('x'))], { connection: 'PROTOCOL_ERROR' }],
  ['6.1', 'padding is shorter than the frame', () => [frame(DATA, PADDED, 1, Buffer.from([2, 0]))], { connection: 'PROTOCOL_ERROR' }],
  ['6.1', 'a padded frame says how much', () => [frame(DATA, PADDED, 1, NOTHING)], { connection: 'PROTOCOL_ERROR' }],
  ['6.2', 'HEADERS are of a stream', () => [frame(HEADERS, END_HEADERS, 0, Buffer.from([0x88]))], { connection: 'PROTOCOL_ERROR' }],
  ['6.2', 'their padding is shorter than the frame', () => [frame(HEADERS, END_HEADERS | PADDED, 1, Buffer.from([2, 0x88]))], { connection: 'PROTOCOL_ERROR' }],
  ['6.3', 'PRIORITY is of a stream', () => [frame(PRIORITY, 0, 0, Buffer.alloc(5))], { connection: 'PROTOCOL_ERROR' }],
  ['6.3', 'PRIORITY has five bytes', () => [frame(PRIORITY, 0, 1, Buffer.alloc(4))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.4', 'RST_STREAM is of a stream', () => [frame(RST_STREAM, 0, 0, uint32(8))], { connection: 'PROTOCOL_ERROR' }],
  ['6.4', 'RST_STREAM has four bytes', () => [frame(RST_STREAM, 0, 1, Buffer.alloc(5))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.5', 'SETTINGS are of the connection', () => [frame(SETTINGS, 0, 1, NOTHING)], { connection: 'PROTOCOL_ERROR' }],
  ['6.5', 'SETTINGS have six bytes each', () => [frame(SETTINGS, 0, 0, Buffer.alloc(7))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.5', 'an acknowledgement is empty', () => [frame(SETTINGS, ACK, 0, Buffer.alloc(6))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.5.2', 'no server has ENABLE_PUSH', () => [serverSettings([Setting.ENABLE_PUSH, 1])], { connection: 'PROTOCOL_ERROR' }],
  ['6.5.2', 'ENABLE_PUSH 0 is taken', () => [serverSettings([Setting.ENABLE_PUSH, 0])], 'goes on'],
  ['6.5.2', 'INITIAL_WINDOW_SIZE has 31 bits', () => [serverSettings([Setting.INITIAL_WINDOW_SIZE, 0x80000000])], { connection: 'FLOW_CONTROL_ERROR' }],
  ['6.5.2', 'MAX_FRAME_SIZE is not below 16 KiB', () => [serverSettings([Setting.MAX_FRAME_SIZE, 16_383])], { connection: 'PROTOCOL_ERROR' }],
  ['6.5.2', 'nor beyond 24 bits', () => [serverSettings([Setting.MAX_FRAME_SIZE, 16_777_216])], { connection: 'PROTOCOL_ERROR' }],
  ['6.5.2', 'settings that are not known are passed over', () => [serverSettings([0xfff0, 1])], 'goes on'],
  ['6.6', 'no PUSH_PROMISE where push is off', () => [frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.from([0, 0, 0, 2, 0x88]))], { connection: 'PROTOCOL_ERROR' }],
  ['6.7', 'PING is of the connection', () => [frame(PING, 0, 1, Buffer.alloc(8))], { connection: 'PROTOCOL_ERROR' }],
  ['6.7', 'PING has eight bytes', () => [frame(PING, 0, 0, Buffer.alloc(7))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.8', 'GOAWAY is of the connection', () => [frame(GOAWAY, 0, 1, Buffer.alloc(8))], { connection: 'PROTOCOL_ERROR' }],
  ['6.8', 'GOAWAY has eight bytes at least', () => [frame(GOAWAY, 0, 0, Buffer.alloc(7))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.8', 'what follows in GOAWAY is passed over', () => [frame(GOAWAY, 0, 0, Buffer.concat([uint32(1, 0), Buffer.from('too_many_pings')]))], 'goes on'],
  ['6.9', 'WINDOW_UPDATE has four bytes', () => [frame(WINDOW_UPDATE, 0, 0, Buffer.alloc(3))], { connection: 'FRAME_SIZE_ERROR' }],
  ['6.9', 'of the connection it is not 0', () => [frame(WINDOW_UPDATE, 0, 0, uint32(0))], { connection: 'PROTOCOL_ERROR' }],
  ['6.9', 'of a stream it is not 0', () => [frame(WINDOW_UPDATE, 0, 1, uint32(0))], { stream: 'PROTOCOL_ERROR' }],
  ['6.9.1', "the connection's window has 31 bits", () => [frame(WINDOW_UPDATE, 0, 0, uint32(0x7fffffff))], { connection: 'FLOW_CONTROL_ERROR' }],
  ['6.9.1', "a stream's window has 31 bits", () => [frame(WINDOW_UPDATE, 0, 1, uint32(0x7fffffff))], { stream: 'FLOW_CONTROL_ERROR' }],
  ['6.9.2', 'nor may SETTINGS make it larger', () => [frame(WINDOW_UPDATE, 0, 1, uint32(65_535)), serverSettings([Setting.INITIAL_WINDOW_SIZE, 0x7fffffff])], { stream: 'FLOW_CONTROL_ERROR' }],
  ['6.10', 'CONTINUATION follows HEADERS', () => [frame(CONTINUATION, END_HEADERS, 1, Buffer.from([0x88]))], { connection: 'PROTOCOL_ERROR' }],
  ['6.10', 'that did not have END_HEADERS', (peer) => [peer.headers(1, [[':status', '200']]), frame(CONTINUATION, END_HEADERS, 1, Buffer.from([0x88]))], { connection: 'PROTOCOL_ERROR' }],
  ['8.1', 'trailers end the stream', (peer) => [peer.headers(1, [[':status', '200']]), peer.headers(1, [['a', 'b']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.1', 'a body follows the headers', (peer) => [peer.data(1, 'x')], { stream: 'PROTOCOL_ERROR' }],
  ['8.1', 'an interim response ends no stream', (peer) => [peer.headers(1, [[':status', '100']], END_HEADERS | END_STREAM)], { stream: 'PROTOCOL_ERROR' }],
  ['8.1', 'an interim response is passed over', (peer) => [peer.headers(1, [[':status', '103']])], 'goes on'],
  ['8.1.1', 'content-length is not less than the body', (peer) => [peer.headers(1, [[':status', '200'], ['content-length', '1']]), peer.data(1, 'xy')], { stream: 'PROTOCOL_ERROR' }],
  ['8.1.1', 'nor more', (peer) => [peer.headers(1, [[':status', '200'], ['content-length', '3']]), peer.data(1, 'xy', END_STREAM)], { stream: 'PROTOCOL_ERROR' }],
  ['8.1.1', 'nor other than a number', (peer) => [peer.headers(1, [[':status', '200'], ['content-length', '-1']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.2', 'names have no capitals', (peer) => [peer.headers(1, [[':status', '200'], ['Grpc-Status', '0']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.2.1', 'nor spaces', (peer) => [peer.headers(1, [[':status', '200'], ['a b', '0']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.2.1', 'nor are they empty', (peer) => [peer.headers(1, [[':status', '200'], ['', '0']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.2.1', 'values have no line ends', (peer) => [peer.headers(1, [[':status', '200'], ['a', 'b\r\nc: d']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.2.1', 'nor zeros', (peer) => [peer.headers(1, [[':status', '200'], ['a', '\0']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.2.2', "no field of HTTP/1's connections", (peer) => [peer.headers(1, [[':status', '200'], ['connection', 'close']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.3', 'pseudo-headers come first', (peer) => [peer.headers(1, [['a', 'b'], [':status', '200']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.3', 'and once', (peer) => [peer.headers(1, [[':status', '200'], [':status', '200']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.3', 'and are those of responses', (peer) => [peer.headers(1, [[':status', '200'], [':path', '/']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.3', 'and not in trailers', (peer) => [peer.headers(1, [[':status', '200']]), peer.headers(1, [[':status', '200']], END_HEADERS | END_STREAM)], { stream: 'PROTOCOL_ERROR' }],
  ['8.3.2', 'every response has a status', (peer) => [peer.headers(1, [['a', 'b']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.3.2', 'which is a number', (peer) => [peer.headers(1, [[':status', 'OK']])], { stream: 'PROTOCOL_ERROR' }],
  ['8.6', 'HTTP/2 has no status 101', (peer) => [peer.headers(1, [[':status', '101']])], { stream: 'PROTOCOL_ERROR' }],
  ['10.5.1', 'a header block has an end', () => [frame(HEADERS, 0, 1, Buffer.from([0x88])), ...Array.from({ length: 300 }, () => frame(CONTINUATION, 0, 1, NOTHING))], { connection: 'ENHANCE_YOUR_CALM' }],
];

describe('what a server may not do', () => {
  for (const [section, rule, frames, verdict] of RULES) {
    test(`§${section}: ${rule}`, async () => {
      const { peer, seen } = begun();
      peer.receive(...frames(peer));
      if (verdict === 'goes on') {
        assert.equal(peer.error, undefined);
        assert.equal(await peer.complaint(RST_STREAM), undefined);
      } else if ('stream' in verdict) {
        assert.equal(peer.error, undefined);
        assert.equal(await peer.complaint(RST_STREAM), verdict.stream);
        assert.ok(seen.end);
      } else {
        assert.equal(await peer.complaint(GOAWAY), verdict.connection);
        assert.match(String(peer.error), /no valid HTTP\/2/);
        assert.equal(seen.end?.how, 'lost');
        assert.ok(peer.destroyed);
      }
    });
    test(`§${section}: ${rule}, byte by byte`, async () => {
      const whole = begun();
      whole.peer.receive(...frames(whole.peer));
      const parted = begun();
      for (const byte of Buffer.concat(frames(parted.peer))) parted.peer.receive(Buffer.from([byte]));
      assert.deepEqual(parted.seen.end, whole.seen.end);
      assert.deepEqual((await parted.peer.sent()).slice(3), (await whole.peer.sent()).slice(3));
    });
  }

  for (const first of [
    frame(PING, 0, 0, Buffer.alloc(8)),
    frame(SETTINGS, ACK, 0, NOTHING),
    frame(0xbe, 0, 0, NOTHING),
  ]) {
    test(`§3.4: the first frame is SETTINGS, not ${first.toString('hex')}`, async () => {
      const peer = new ScriptedPeer();
      peer.receive(first);
      assert.equal(await peer.complaint(GOAWAY), 'PROTOCOL_ERROR');
    });
  }

  test('§6.9: a stream has no more data than its window', async () => {
    const { peer, seen } = begun();
    seen.stream.pause();
    peer.receive(peer.headers(1, [[':status', '200']]));
    const full = peer.data(1, Buffer.alloc(16_384));
    for (let sent = 0; sent < STREAM_WINDOW; sent += 16_384) peer.receive(full);
    assert.equal(seen.end, undefined);
    peer.receive(peer.data(1, 'x'));
    assert.deepEqual(seen.end, { how: 'reset', code: 3, by: 'us', why: 'more than the window allows' });
    assert.equal(peer.error, undefined);
  });
});
