import { Reader, Writer } from 'protobufjs/minimal.js';
import { Failure } from '../base/errors.js';
import { Channel } from '../connection/channel.js';
import { Limit } from '../connection/limit.js';
import { TlsSettings } from '../connection/tls-options.js';
import { unaryCall } from '../connection/unary-call.js';
import { type KmsPlugins, type KmsProvider, readAnnotation, type WrappedKey } from '../k8s-decode/encryption/kms.js';
import { CallFailure } from '../rpc/call-failure.js';

/**
 * Asks KMS plugins through their sockets. Version 1 speaks `v1beta1.KeyManagementService`, version 2
 * `v2.KeyManagementService`.
 */
export function kmsPlugins(trace?: (line: string) => void): KmsPlugins {
  const channels = new Map<string, Channel>();
  const ask: Ask = async (provider, method, request) => {
    let channel = channels.get(provider.endpoint);
    if (channel === undefined) {
      const options = { endpoints: [provider.endpoint], dialTimeout: provider.timeoutMs, trace };
      channel = new Channel(provider.endpoint, options, new TlsSettings(options));
      channels.set(provider.endpoint, channel);
    }
    return callPlugin(channel, provider, method, request);
  };
  return {
    async unwrap(provider, wrapped) {
      const request = provider.version === 'v1' ? requestV1(wrapped.ciphertext) : decryptV2(wrapped);
      return firstField(await ask(provider, 'Decrypt', request));
    },
    async wrap(provider, dataKey) {
      if (provider.version === 'v2') return wrappedV2(await ask(provider, 'Encrypt', encryptV2(dataKey)));
      const ciphertext = firstField(await ask(provider, 'Encrypt', requestV1(dataKey)));
      return { ciphertext, keyId: '', annotations: new Map() };
    },
  };
}

type Ask = (provider: KmsProvider, method: 'Encrypt' | 'Decrypt', request: Uint8Array) => Promise<Buffer>;

async function callPlugin(
  channel: Channel,
  provider: KmsProvider,
  method: string,
  request: Uint8Array,
): Promise<Buffer> {
  const path = `/${provider.version === 'v1' ? 'v1beta1' : 'v2'}.KeyManagementService/${method}`;
  const limit = new Limit({ timeoutMs: provider.timeoutMs }, undefined, undefined);
  try {
    const session = await limit.race(channel.session(true));
    return await unaryCall(session, { path, deadline: limit.deadline, maxRecvBytes: 0 }, request, limit);
  } catch (error) {
    const reason = error instanceof CallFailure ? error.details : (error as Error).message;
    throw new Failure(`KMS plugin ${provider.name} at ${provider.endpoint}: ${reason}`, {
      hint: 'is the plugin running on this machine? It may also refuse a key of another cluster',
      cause: error,
    });
  } finally {
    limit.dispose();
  }
}

/** {1 version, 2 cipher or plain}, of both calls. */
function requestV1(bytes: Buffer): Uint8Array {
  return Writer.create().uint32(10).string('v1beta1').uint32(18).bytes(bytes).finish();
}

const UID = 'ketcdctl';

/** {1 ciphertext, 2 uid, 3 key_id, 4 annotations {1 name, 2 bytes}} */
function decryptV2({ ciphertext, keyId, annotations }: WrappedKey): Uint8Array {
  const writer = Writer.create().uint32(10).bytes(ciphertext).uint32(18).string(UID).uint32(26).string(keyId);
  for (const [name, bytes] of annotations) {
    writer.uint32(34).fork().uint32(10).string(name).uint32(18).bytes(bytes).ldelim();
  }
  return writer.finish();
}

/** {1 plaintext, 2 uid} */
function encryptV2(dataKey: Buffer): Uint8Array {
  return Writer.create().uint32(10).bytes(dataKey).uint32(18).string(UID).finish();
}

/** {1 ciphertext, 2 key_id, 3 annotations {1 name, 2 bytes}} */
function wrappedV2(answer: Buffer): WrappedKey {
  const wrapped: WrappedKey = { ciphertext: Buffer.alloc(0), keyId: '', annotations: new Map() };
  const reader = Reader.create(answer);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) wrapped.ciphertext = Buffer.from(reader.bytes());
    else if (tag === 18) wrapped.keyId = reader.string();
    else if (tag === 26) readAnnotation(reader, wrapped.annotations);
    else reader.skipType(tag & 7);
  }
  return wrapped;
}

/** {1 plaintext or ciphertext}, of the other answers. */
function firstField(answer: Buffer): Buffer {
  const reader = Reader.create(answer);
  let bytes: Buffer = Buffer.alloc(0);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) bytes = Buffer.from(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return bytes;
}
