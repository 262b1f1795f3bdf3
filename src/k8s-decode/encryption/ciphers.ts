import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/**
 * Each of these opens what Kubernetes sealed under a key. They throw, whatever, where the key is not the one.
 *
 * @param sealed what stands behind the prefix that names provider and key
 * @param etcdKey the value's key, which the sealed text is bound to
 */
export type Open = (secret: Buffer, sealed: Buffer, etcdKey: Buffer) => Buffer;

/** Each of these seals as Kubernetes does, under a random nonce; what it gives stands behind the prefix that names provider and key. */
export type Seal = (secret: Buffer, plain: Buffer, etcdKey: Buffer) => Buffer;

const ivSize = 16;
const nonceSize = 12;
const tagSize = 16;
const boxNonceSize = 24;
const infoSize = 32;

/** AES-CBC: the IV stands in front; PKCS#7 padding is all that tells a wrong key. */
export const openCbc: Open = (secret, sealed) => {
  const decipher = createDecipheriv(`aes-${secret.length * 8}-cbc`, secret, sealed.subarray(0, ivSize));
  return Buffer.concat([decipher.update(sealed.subarray(ivSize)), decipher.final()]);
};

export const sealCbc: Seal = (secret, plain) => {
  const iv = randomBytes(ivSize);
  const cipher = createCipheriv(`aes-${secret.length * 8}-cbc`, secret, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
};

/** AES-GCM: the nonce stands in front, the tag behind; the etcd key is authenticated with it. */
export const openGcm: Open = (secret, sealed, etcdKey) => {
  if (sealed.length < nonceSize + tagSize) throw new RangeError('too short');
  const name = `aes-${secret.length * 8}-gcm` as 'aes-256-gcm';
  const decipher = createDecipheriv(name, secret, sealed.subarray(0, nonceSize));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagSize));
  decipher.setAAD(etcdKey);
  const body = sealed.subarray(nonceSize, sealed.length - tagSize);
  return Buffer.concat([decipher.update(body), decipher.final()]);
};

export const sealGcm: Seal = (secret, plain, etcdKey) => {
  const nonce = randomBytes(nonceSize);
  const cipher = createCipheriv(`aes-${secret.length * 8}-gcm` as 'aes-256-gcm', secret, nonce);
  cipher.setAAD(etcdKey);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/**
 * AES-GCM under a key of its own for each value (KMS v2): 32 bytes in front are the info of HKDF-Expand-SHA256, which
 * makes the key of `seed`. One block is as long as the key.
 */
export const openExpandedGcm: Open = (seed, sealed, etcdKey) => {
  return openGcm(expandedKey(seed, sealed.subarray(0, infoSize)), sealed.subarray(infoSize), etcdKey);
};

export const sealExpandedGcm: Seal = (seed, plain, etcdKey) => {
  const info = randomBytes(infoSize);
  return Buffer.concat([info, sealGcm(expandedKey(seed, info), plain, etcdKey)]);
};

function expandedKey(seed: Buffer, info: Buffer): Buffer {
  return createHmac('sha256', seed).update(info).update(Buffer.of(1)).digest();
}

/** XSalsa20-Poly1305: the nonce stands in front. */
export async function loadSecretbox(): Promise<Open> {
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  return (secret, sealed) => {
    const opened = xsalsa20poly1305(secret, sealed.subarray(0, boxNonceSize)).decrypt(sealed.subarray(boxNonceSize));
    return Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength);
  };
}

export async function loadSecretboxSeal(): Promise<Seal> {
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  return (secret, plain) => {
    const nonce = randomBytes(boxNonceSize);
    return Buffer.concat([nonce, xsalsa20poly1305(secret, nonce).encrypt(plain)]);
  };
}
