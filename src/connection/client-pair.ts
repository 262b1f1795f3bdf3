import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { ExitCode, Failure } from '../base/errors.js';

/** A certificate of ours and its key, and the files that they are from. */
export interface ClientPair {
  cert: Buffer;
  key: Buffer;
  certPath: string;
  keyPath: string;
}

/**
 * Checks that a client certificate can be used with its key, before anything is connected, in the order and with the words of Go's
 * tls.X509KeyPair, which etcdctl prints.
 * @throws Failure (128)
 */
export function checkClientPair({ cert, key, certPath, keyPath }: ClientPair): void {
  const certificate = readCertificate(blocksOf(cert), certPath);
  const privateKey = readKey(blocksOf(key), keyPath);
  const types = [privateKey.asymmetricKeyType, certificate.publicKey.asymmetricKeyType];
  const hint = `${keyPath} is not the key of ${certPath}`;
  if (types[0] !== types[1]) throw unusable('private key type does not match public key type', hint);
  if (!certificate.checkPrivateKey(privateKey)) throw unusable('private key does not match public key', hint);
}

interface PemBlock {
  type: string;
  text: string;
}

/** The blocks of a PEM file (RFC 7468), of any type. */
function blocksOf(pem: Buffer): PemBlock[] {
  const found = pem.toString('latin1').matchAll(/-----BEGIN ([^-\n]+)-----[\s\S]*?-----END \1-----/g);
  return [...found].map(([text, type = '']) => ({ type, text }));
}

function readCertificate(blocks: PemBlock[], path: string): X509Certificate {
  const block = blocks.find(({ type }) => type === 'CERTIFICATE');
  if (!block) throw unusable(noCertificate(blocks), `${path} has no certificate in PEM form`);
  try {
    return new X509Certificate(block.text);
  } catch (error) {
    throw unusable('malformed certificate', `${path} has a certificate that cannot be read`, error, 'x509');
  }
}

function noCertificate(blocks: PemBlock[]): string {
  const types = blocks.map(({ type }) => type);
  if (types.length === 0) return 'failed to find any PEM data in certificate input';
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY')) {
    return 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  }
  return `failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function readKey(blocks: PemBlock[], path: string): KeyObject {
  const block = blocks.find(({ type }) => type.endsWith('PRIVATE KEY'));
  if (!block) throw unusable(noKey(blocks), `${path} has no private key in PEM form`);
  try {
    return createPrivateKey(block.text);
  } catch (error) {
    const encrypted = /ENCRYPTED/.test(block.text);
    const hint = encrypted
      ? `${path} is encrypted: give one without a passphrase (openssl pkey -in ${path} -out FILE)`
      : `${path} has a private key that cannot be read`;
    throw unusable('failed to parse private key', hint, error);
  }
}

function noKey(blocks: PemBlock[]): string {
  const types = blocks.map(({ type }) => type);
  if (types.length === 0) return 'failed to find any PEM data in key input';
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    return 'found a certificate rather than a key in the PEM for the private key';
  }
  return `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function unusable(why: string, hint: string, cause?: unknown, from = 'tls'): Failure {
  return new Failure(`${from}: ${why}`, { exitCode: ExitCode.BadArgs, hint, ...(cause ? { cause } : {}) });
}
