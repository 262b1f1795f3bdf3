/** A KMS plugin on a unix socket that keeps a key of its own: both versions, AES-256-GCM. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerHttp2Session } from 'node:http2';
import { Reader, Writer } from 'protobufjs/minimal.js';
import type { Cleanup } from './etcd.js';

export interface KmsPlugin {
  /** The name of the key that it wraps with; another name is another key. */
  keyId: string;
  /** The names of the calls that came, in their order. */
  calls: string[];
  /** Gives back other bytes than it was given. */
  forgets: boolean;
}

/** Serves until `owner` ends. */
export async function kmsPlugin(owner: Cleanup, path: string): Promise<KmsPlugin> {
  const plugin: KmsPlugin = { keyId: 'key-1', calls: [], forgets: false };
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const call = String(headers[':path']);
      plugin.calls.push(call);
      const answer = answerTo(plugin, call, fieldsOf(Buffer.concat(chunks).subarray(5)));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      const trailers = answer ? { 'grpc-status': '0' } : { 'grpc-status': '2', 'grpc-message': 'no such key' };
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      const size = Buffer.alloc(5);
      size.writeUInt32BE(answer?.length ?? 0, 1);
      stream.end(answer ? Buffer.concat([size, answer]) : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  owner.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return plugin;
}

function fieldsOf(bytes: Buffer): Map<number, Buffer> {
  const reader = Reader.create(bytes);
  const fields = new Map<number, Buffer>();
  while (reader.pos < reader.len) fields.set(reader.uint32() >> 3, Buffer.from(reader.bytes()));
  return fields;
}

/** Of v1beta1 {1 version, 2 bytes}; of v2 {1 bytes, 2 uid, 3 key_id}. */
function answerTo(plugin: KmsPlugin, call: string, request: Map<number, Buffer>): Buffer | undefined {
  const writer = Writer.create();
  const bytes = request.get(call.startsWith('/v2.') ? 1 : 2) ?? Buffer.alloc(0);
  try {
    switch (call) {
      case '/v1beta1.KeyManagementService/Version':
        writer.uint32(10).string('v1beta1').uint32(18).string('test').uint32(26).string('1');
        break;
      case '/v2.KeyManagementService/Status':
        writer.uint32(10).string('v2').uint32(18).string('ok').uint32(26).string(plugin.keyId);
        break;
      case '/v1beta1.KeyManagementService/Encrypt':
        writer.uint32(10).bytes(wrap('v1', bytes));
        break;
      case '/v2.KeyManagementService/Encrypt':
        writer.uint32(10).bytes(wrap(plugin.keyId, bytes)).uint32(18).string(plugin.keyId);
        writer.uint32(26).fork().uint32(10).string('note.test.example').uint32(18).bytes(Buffer.from('x')).ldelim();
        break;
      default: {
        const key = call.startsWith('/v2.') ? request.get(3)!.toString() : 'v1';
        writer.uint32(10).bytes(plugin.forgets ? randomBytes(bytes.length) : unwrap(key, bytes));
      }
    }
  } catch {
    return undefined;
  }
  return Buffer.from(writer.finish());
}

function keyNamed(id: string): Buffer {
  return createHash('sha256').update(`test key ${id}`).digest();
}

function wrap(id: string, plain: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyNamed(id), nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unwrap(id: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyNamed(id), sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
