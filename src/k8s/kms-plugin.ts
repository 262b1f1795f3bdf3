import { Reader, Writer } from 'protobufjs/minimal.js';
import { Failure } from '../base/errors.js';
import { Channel } from '../connection/channel.js';
import { Limit } from '../connection/limit.js';
import { TlsSettings } from '../connection/tls-options.js';
import { unaryCall } from '../connection/unary-call.js';
import type { KmsProvider, Unwrap, WrappedKey } from '../k8s-decode/encryption/kms.js';
import { CallFailure } from '../rpc/call-failure.js';

/**
 * Asks KMS plugins through their sockets. Version 1 speaks `v1beta1.KeyManagementService`, version 2
 * `v2.KeyManagementService`; of both only Decrypt is needed.
 */
export function pluginUnwrap(trace?: (line: string) => void): Unwrap {
  const channels = new Map<string, Channel>();
  return (provider, wrapped) => {
    let channel = channels.get(provider.endpoint);
    if (channel === undefined) {
      const options = { endpoints: [provider.endpoint], dialTimeout: provider.timeoutMs, trace };
      channel = new Channel(provider.endpoint, options, new TlsSettings(options));
      channels.set(provider.endpoint, channel);
    }
    return decrypt(channel, provider, wrapped);
  };
}

async function decrypt(channel: Channel, provider: KmsProvider, wrapped: WrappedKey): Promise<Buffer> {
  const isV1 = provider.version === 'v1';
  const path = isV1 ? '/v1beta1.KeyManagementService/Decrypt' : '/v2.KeyManagementService/Decrypt';
  const limit = new Limit({ timeoutMs: provider.timeoutMs }, undefined, undefined);
  try {
    const session = await limit.race(channel.session(true));
    const spec = { path, deadline: limit.deadline, maxRecvBytes: 0 };
    return dataKey(await unaryCall(session, spec, isV1 ? requestV1(wrapped) : requestV2(wrapped), limit));
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

/** {1 version, 2 cipher} */
function requestV1({ ciphertext }: WrappedKey): Uint8Array {
  return Writer.create().uint32(10).string('v1beta1').uint32(18).bytes(ciphertext).finish();
}

/** {1 ciphertext, 2 uid, 3 key_id, 4 annotations {1 name, 2 bytes}} */
function requestV2({ ciphertext, keyId, annotations }: WrappedKey): Uint8Array {
  const writer = Writer.create().uint32(10).bytes(ciphertext).uint32(18).string('ketcdctl').uint32(26).string(keyId);
  for (const [name, bytes] of annotations) {
    writer.uint32(34).fork().uint32(10).string(name).uint32(18).bytes(bytes).ldelim();
  }
  return writer.finish();
}

/** {1 plaintext}, of both versions. */
function dataKey(answer: Buffer): Buffer {
  const reader = Reader.create(answer);
  let key: Buffer = Buffer.alloc(0);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) key = Buffer.from(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return key;
}
