/**
 * A certificate for loopback, made for one run: clients of Kubernetes show their token only over TLS, whatever the address. It signs
 * itself and stands in the kubeconfig as what to trust; its key never leaves the process.
 *
 * X.509 (RFC 5280) in DER: a tag, a length and a content each, sequences within sequences.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  cert: Buffer;
  key: Buffer;
}

const DAY_MS = 86_400_000;
/** A server may run for long; nothing is gained by less, as the key is gone with it. */
const VALID_DAYS = 3650;

const ECDSA_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const KEY_USAGE = '551d0f';
const EXTENDED_KEY_USAGE = '551d25';
const SERVER_AUTH = '2b06010505070301';
const ALTERNATIVE_NAMES = '551d11';

/** For `localhost`, 127.0.0.1, ::1 and the address that is listened on. */
export function loopbackCertificate(address: Buffer): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(identifier(ECDSA_SHA256));
  const name = sequence(set(sequence(identifier(COMMON_NAME), der(0x0c, Buffer.from('ketcdctl k8s serve')))));
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(now - DAY_MS), time(now + VALID_DAYS * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions(address))),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, bits(signature));
  return { cert: pem(certificate), key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}

function extensions(address: Buffer): Buffer[] {
  const addresses = [Buffer.from([127, 0, 0, 1]), Buffer.concat([Buffer.alloc(15), Buffer.from([1])]), address];
  const names = [der(0x82, Buffer.from('localhost')), ...addresses.map((each) => der(0x87, each))];
  return [
    extension(BASIC_CONSTRAINTS, sequence(der(0x01, Buffer.from([0xff])))),
    // Signing: of the exchange of keys, and of itself.
    extension(KEY_USAGE, bits(Buffer.from([0x84]), 2)),
    extension(EXTENDED_KEY_USAGE, sequence(identifier(SERVER_AUTH))),
    extension(ALTERNATIVE_NAMES, sequence(...names)),
  ];
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(identifier(id), der(0x04, value));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return der(0x31, part);
}

function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function bits(content: Buffer, unused = 0): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([unused]), content]));
}

/** `20261127000000Z`. */
function time(milliseconds: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

function pem(content: Buffer): Buffer {
  const lines = content.toString('base64').match(/.{1,64}/g)!;
  return Buffer.from(['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'));
}
