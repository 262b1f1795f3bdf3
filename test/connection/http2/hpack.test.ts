import assert from 'node:assert/strict';
import { createServer } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { frame } from '../../../src/connection/http2/frames.js';
import { HpackDecoder } from '../../../src/connection/http2/hpack/decoder.js';
import { HpackEncoder } from '../../../src/connection/http2/hpack/encoder.js';
import { decodeHuffman } from '../../../src/connection/http2/hpack/huffman.js';
import { Flag, FrameType, PREFACE, ProtocolError } from '../../../src/connection/http2/protocol.js';
import { readFrames } from '../../support/http2-peer.js';

const MIB = 1024 * 1024;
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const lines = (decoder: HpackDecoder, block: string) =>
  decoder.decode(hex(block)).fields.map(([name, value]) => `${name}: ${value}`);

// RFC 7541 Appendix C.6: three responses with Huffman's code, in a table of 256 bytes from which the first fields are evicted.
test('the responses of RFC 7541', () => {
  const decoder = new HpackDecoder(MIB);
  const resize = '3fe101';
  assert.deepEqual(
    lines(
      decoder,
      `${resize} 48 82 6402 58 85 aec3771a4b 61 96 d07abe941054d444a8200595040b8166e082a62d1bff 6e 91 9d29ad171863c78f0b97c8e9ae82ae43d3`,
    ),
    [
      ':status: 302',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ],
  );
  assert.deepEqual(lines(decoder, '48 83 640eff c1 c0 bf'), [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ]);
  assert.deepEqual(
    lines(
      decoder,
      '88 c1 61 96 d07abe941054d444a8200595040b8166e084a62d1bff c0 5a 83 9bd9ab 77 ad 94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    ),
    [
      ':status: 200',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:22 GMT',
      'location: https://www.example.com',
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ],
  );
});

for (const [name, block] of [
  ['index 0', '80'],
  ['an index behind the tables', 'be'],
  ['a name behind the tables', '7f00 0161'],
  ['a table larger than allowed', '3fe21f'],
  ['a table size behind a field', '88 20'],
  ['a name cut short', '40 05 6162'],
  ['an integer cut short', 'ff 80'],
  ['an integer without end', 'ff ffffffffffffffffff'],
  ['a literal without a value', '40 01 61'],
  ['Huffman padding of eight bits', '40 01 61 81 ff'],
  ['Huffman padding of zeros', '40 01 61 81 00'],
  ['the end-of-string symbol', '40 01 61 84 ffffffff'],
] as const) {
  test(`no header block: ${name}`, () => {
    assert.throws(() => new HpackDecoder(MIB).decode(hex(block)), ProtocolError);
  });
}

test('a list that is too large is read to its end, for the sake of the next', () => {
  const decoder = new HpackDecoder(100);
  const large = Buffer.concat([hex('40 01 62 7f 49'), Buffer.alloc(200, 'x'), hex('40 01 61 01 31')]);
  assert.deepEqual(decoder.decode(large), { fields: [], tooLarge: true });
  assert.deepEqual(lines(decoder, 'be'), ['a: 1']);
});

test('one reference a byte to a field of 4 KiB stays within the limit', () => {
  const decoder = new HpackDecoder(MIB);
  const field = Buffer.concat([hex('40 01 61 7f a11e'), Buffer.alloc(4000, 'x')]);
  decoder.decode(field);
  const { fields, tooLarge } = decoder.decode(Buffer.alloc(16_384, 0xbe));
  assert.equal(tooLarge, true);
  assert.ok(fields.length <= MIB / 4000);
});

const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });

test('what the encoder writes, the decoder reads', () => {
  const fields = fc.array(fc.tuple(fc.stringMatching(/^[a-z-]{1,40}$/), ascii), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fields, { maxLength: 4 }), (blocks) => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(MIB);
      for (const block of blocks) assert.deepEqual(decoder.decode(encoder.encode(block)).fields, block);
    }),
  );
});

test('any bytes end in fields or in a ProtocolError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (blocks) => {
      const decoder = new HpackDecoder(MIB);
      try {
        for (const block of blocks) decoder.decode(Buffer.from(block));
      } catch (error) {
        assert.ok(error instanceof ProtocolError);
      }
    }),
  );
});

test('any bytes of Huffman code end in bytes or in nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = decodeHuffman(bytes);
      assert.ok(text === undefined || text.length <= (bytes.length * 8) / 5);
    }),
  );
});

/** The header blocks of a server that encodes with nghttp2: Huffman's code, and a dynamic table that fills up. */
async function blocksOfNode(answers: Record<string, string>[]): Promise<Buffer[]> {
  const server = createServer();
  let asked = 0;
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, ...answers[asked++] }, { endStream: true });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.setTimeout(5000, () => socket.destroy());
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame(FrameType.SETTINGS, 0, 0, Buffer.alloc(0))]));
  const encoder = new HpackEncoder();
  const request = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'a'],
  ] as const;
  for (const [i] of answers.entries()) {
    socket.write(frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 2 * i + 1, encoder.encode(request)));
  }
  let received: Buffer = Buffer.alloc(0);
  let blocks: Buffer[] = [];
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    blocks = readFrames(received).flatMap(({ type, payload }) => (type === FrameType.HEADERS ? payload : []));
    if (blocks.length === answers.length) break;
  }
  server.close();
  return blocks;
}

test('what nghttp2 encodes', async () => {
  const answers = Array.from({ length: 5 }, (_, i) => ({
    'grpc-status': String(i % 2),
    'grpc-message': `message ${i}: %E2%82%AC ${'abc~!'.repeat(i * 100)}`,
    [`x-name-${i}`]: Array.from({ length: 95 }, (_c, j) => String.fromCharCode(32 + j))
      .join('')
      .trim(),
  }));
  const blocks = await blocksOfNode(answers);
  const decoder = new HpackDecoder(MIB);
  blocks.forEach((block, i) => {
    const fields = Object.fromEntries(decoder.decode(block).fields);
    for (const [name, value] of Object.entries(answers[i]!)) assert.equal(fields[name], value);
  });
});
