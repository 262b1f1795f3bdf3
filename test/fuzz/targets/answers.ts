/** What a server sends: bytes of a connection, messages of calls, and commands that print what is in them. */
import { decodeAnswer } from '../../../src/connection/answer.js';
import { encodeFrame, FrameError, FrameParser } from '../../../src/connection/grpc-frames.js';
import { frame } from '../../../src/connection/http2/frames.js';
import { HpackEncoder } from '../../../src/connection/http2/hpack/encoder.js';
import { Flag, FrameType } from '../../../src/connection/http2/protocol.js';
import { fragmenter } from '../../../src/connection/watch-fragments.js';
import { readRangeResponse } from '../../../src/etcd/range-page.js';
import type { Service } from '../../../src/rpc/callable.js';
import { decodeMessage, encodeMessage } from '../../../src/rpc/codec.js';
import { readAnswer } from '../../../src/rpc/error.js';
import { type MessageName, methodOf } from '../../../src/rpc/messages.js';
import { codeName, statusOf } from '../../../src/rpc/status.js';
import { HEADER, keyValue, runWith } from '../../support/fake-client.js';
import { ScriptedPeer, serverSettings, uint32 } from '../../support/http2-peer.js';
import { Lost, same, type Target, unlessRefused } from '../target.js';

const header = { ...HEADER, revision: '9' };
const kv = keyValue('/registry/a', 'value');

/** Calls with a good answer, and what prints it. */
const CALLS: readonly [command: string, service: Service, method: string, answer: object][] = [
  ['get --prefix /', 'KV', 'range', { header, kvs: [kv, kv], count: '2' }],
  ['put a b --prev-kv', 'KV', 'put', { header, prev_kv: kv }],
  ['del a --prev-kv', 'KV', 'deleteRange', { header, deleted: '1', prev_kvs: [kv] }],
  ['lease grant 60', 'Lease', 'leaseGrant', { header, ID: '7587848390', TTL: '60' }],
  ['lease list', 'Lease', 'leaseLeases', { header, leases: [{ ID: '1' }, { ID: '2' }] }],
  [
    'lease timetolive 1 --keys',
    'Lease',
    'leaseTimeToLive',
    { header, ID: '1', TTL: '5', grantedTTL: '9', keys: [Buffer.from('a')] },
  ],
  [
    'member list',
    'Cluster',
    'memberList',
    { header, members: [{ ID: '1', name: 'm1', peerURLs: ['http://a:2380'], clientURLs: ['http://a:2379'] }] },
  ],
  ['alarm list', 'Maintenance', 'alarm', { header, alarms: [{ memberID: '1', alarm: 1 }] }],
  [
    'endpoint status',
    'Maintenance',
    'status',
    { header, version: '3.6.0', dbSize: '20480', leader: '1', raftIndex: '9', errors: ['e'] },
  ],
  ['endpoint hashkv', 'Maintenance', 'hashKV', { header, hash: 5, compact_revision: '1' }],
  ['user get root', 'Auth', 'userGet', { header, roles: ['root'] }],
  ['user list', 'Auth', 'userList', { header, users: ['root', 'b'] }],
  [
    'role get root',
    'Auth',
    'roleGet',
    { header, perm: [{ permType: 2, key: Buffer.from('a'), range_end: Buffer.from('b') }] },
  ],
  ['role list', 'Auth', 'roleList', { header, roles: ['root'] }],
];

const FORMATS = ['simple', 'fields', 'json', 'table', 'protobuf', 'yaml', 'jsonl'];
const MODES = [undefined, 'etcdctl@3.4', 'etcdctl@3.7'];

function answerBytes([, service, method, answer]: (typeof CALLS)[number]): Buffer {
  return encodeMessage(methodOf(service, method).response, answer);
}

/** The first byte tells the call, the second how it is printed; what follows is the answer. */
const commands: Target = {
  name: 'commands',
  seeds: () =>
    CALLS.flatMap((call, i) =>
      [0, 1, 2, 3].map((how) => Buffer.concat([Buffer.from([i, how * 3]), answerBytes(call)])),
    ),
  words: [Buffer.from('ffffffffffffffffff01', 'hex'), '\x1b[31m', 'k8s\0', '\u202e'],
  async run(input) {
    const [first = 0, second = 0] = input;
    const [command, service, method] = CALLS[first % CALLS.length]!;
    const bytes = input.subarray(2);
    const answer = decodeAnswer<object>(service, method, bytes, 'a:2379');
    const format = FORMATS[second % FORMATS.length]!;
    const end = await runWith(
      (call) => (call === `${service}/${method}` ? answer : {}),
      ['--endpoints', 'a:2379', ...command.split(' '), '-w', format],
      MODES[second % MODES.length],
    );
    if (end.stderr.includes('unexpected failure')) throw new Error(`${command} -w ${format}: ${end.stderr}`);
  },
};

/** The first byte tells the message. */
const messages: Target = {
  name: 'messages',
  seeds: () => CALLS.map((call, i) => Buffer.concat([Buffer.from([i]), answerBytes(call)])),
  words: [Buffer.from('ffffffffffffffffff01', 'hex')],
  run(input) {
    const [, service, method] = CALLS[(input[0] ?? 0) % CALLS.length]!;
    const bytes = input.subarray(1);
    unlessRefused(() => readAnswer({ method, isRead: true }, 'a:2379', () => readRangeResponse(bytes)));
    const split = fragmenter();
    for (let at = 0; at <= bytes.length; at += 70_000) {
      unlessRefused(() => split(bytes.subarray(at, at + 70_000), at + 70_000 > bytes.length), FrameError);
    }
    const { response } = methodOf(service, method);
    const decode = () => decodeMessage(response, bytes);
    const text = messageText(response, encodeMessage(response, readAnswer({ method, isRead: true }, 'a:2379', decode)));
    same(text, JSON.stringify(decode()), response);
  },
};

function messageText(name: MessageName, bytes: Buffer): string {
  return JSON.stringify(decodeMessage(name, bytes));
}

/** An answer with frames of every kind. */
function conversation(): Buffer {
  const encoder = new HpackEncoder();
  const head = encoder.encode([
    [':status', '200'],
    ['content-type', 'application/grpc'],
  ]);
  const trailers = encoder.encode([
    ['grpc-status', '5'],
    ['grpc-message', 'etcdserver: %E2%82%AC'],
  ]);
  const message = encodeFrame(answerBytes(CALLS[0]!));
  return Buffer.concat([
    serverSettings([3, 100], [4, 1 << 20], [5, 16_384]),
    frame(FrameType.SETTINGS, Flag.ACK, 0, Buffer.alloc(0)),
    frame(FrameType.HEADERS, 0, 1, head.subarray(0, 3)),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, head.subarray(3)),
    frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(1000)),
    frame(FrameType.DATA, 0, 1, message.subarray(0, 20)),
    frame(FrameType.DATA, Flag.PADDED, 1, Buffer.concat([Buffer.from([2]), message.subarray(20), Buffer.alloc(2)])),
    frame(FrameType.PING, 0, 0, Buffer.alloc(8, 1)),
    frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, trailers),
    frame(FrameType.RST_STREAM, 0, 3, uint32(8)),
    frame(FrameType.GOAWAY, 0, 0, uint32(3, 0)),
  ]);
}

/** The bytes after the preface, in two pieces, for a client with two open calls. */
const http2: Target = {
  name: 'http2',
  seeds: () => [conversation()],
  words: [
    frame(FrameType.PING, 0, 0, Buffer.alloc(8)),
    frame(FrameType.SETTINGS, 0, 0, Buffer.alloc(6)),
    uint32(1),
    uint32(3),
  ],
  run(input) {
    const peer = new ScriptedPeer();
    const calls = [peer.ask(), peer.ask()];
    for (const { stream } of calls) stream.end(Buffer.from('request'));
    peer.receive(input.subarray(0, input.length >> 1));
    peer.receive(input.subarray(input.length >> 1));
    peer.hangUp();
    for (const { end, body, trailers } of calls) {
      if (end === undefined) throw new Lost('a call that never ends');
      codeName(statusOf(trailers ?? new Map())?.code ?? 0);
      unlessRefused(() => new FrameParser(() => {}, 4 << 20).push(body), FrameError);
    }
  },
};

/** Messages in pieces of every length are the messages of the whole. */
const grpcFrames: Target = {
  name: 'grpc-frames',
  seeds: () => [
    Buffer.concat(CALLS.map((call) => encodeFrame(answerBytes(call)))),
    encodeFrame(Buffer.alloc(70_000, 1)),
  ],
  words: [Buffer.alloc(5), Buffer.from('00ffffffff', 'hex')],
  run(input) {
    const read = (step: number) => {
      const found: Buffer[] = [];
      const parser = new FrameParser((message) => found.push(Buffer.from(message)), 64 << 20);
      const end = unlessRefused(() => {
        for (let at = 0; at < input.length; at += step) parser.push(input.subarray(at, at + step));
        return parser.complete;
      }, FrameError);
      return `${found.map((message) => message.toString('base64'))} ${end}`;
    };
    same(read(97), read(input.length || 1), 'in pieces');
  },
};

export const answerTargets = [http2, grpcFrames, messages, commands];
