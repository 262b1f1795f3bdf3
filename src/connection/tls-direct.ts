/**
 * Verifies a server's certificate against --cacert without handing the CA to OpenSSL's store: up to Node 22 the first CA that is handed
 * over has Node parse its 140 built-in roots, which nobody looks at, and takes 30 ms of a call that takes 50.
 *
 * Only the plain case is accepted here, which is that of etcd's certificates: signed directly by one of few CAs, with nothing in either
 * certificate that this file does not know. Everything else, good or bad, gets `false` and is then judged by OpenSSL itself.
 */
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const MOST_CAS = 8;

/** Whether Node's own verification is slow at the first use. */
export const storeIsSlow = Number(process.versions.node.split('.')[0]) < 24;

/** True only when the certificate is surely good: `false` says nothing. The name is not looked at. */
export function surelySignedBy(socket: TLSSocket, caPem: Buffer): boolean {
  // What OpenSSL says of a certificate alone, whose dates are right, when it has no CA at all.
  if (String(socket.authorizationError) !== 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') return false;
  // Not getPeerX509Certificate: in Node 20 that takes the certificate away from the socket, and getPeerCertificate has none then.
  const { raw } = socket.getPeerCertificate();
  if (!raw) return false;
  const leaf = new X509Certificate(raw);
  // Node calls the extended key usage so. Without any a certificate is for every purpose.
  if (leaf.keyUsage && !leaf.keyUsage.includes(SERVER_AUTH)) return false;
  if (!mayServe(leaf.raw) || !isOrdinary(leaf)) return false;
  const blocks = caPem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > MOST_CAS) return false;
  return blocks.some((block) => signs(new X509Certificate(block), leaf));
}

function signs(ca: X509Certificate, leaf: X509Certificate): boolean {
  return ca.ca && isOrdinary(ca) && leaf.checkIssued(ca) && leaf.verify(ca.publicKey);
}

const KEY_USAGE = Buffer.from('0603551d0f', 'hex');
/** digitalSignature, keyEncipherment, keyAgreement. */
const TLS_USES = 0x80 | 0x20 | 0x08;

/** Whether the key usage, where there is one, allows a handshake: identifier, perhaps `critical`, OCTET STRING { BIT STRING }. */
function mayServe(der: Buffer): boolean {
  let at = der.indexOf(KEY_USAGE);
  if (at < 0) return true;
  at += KEY_USAGE.length;
  if (der[at] === 0x01) at += 3;
  return der[at] === 0x04 && der[at + 2] === 0x03 && (der[at + 5]! & TLS_USES) !== 0;
}

/** Within its dates, with a key and a signature of today's strength, and no extension that asks for more than is checked here. */
function isOrdinary(cert: X509Certificate): boolean {
  const now = Date.now();
  if (!(Date.parse(cert.validFrom) <= now && now < Date.parse(cert.validTo))) return false;
  const { modulusLength, namedCurve } = cert.publicKey.asymmetricKeyDetails ?? {};
  if (!namedCurve && !((modulusLength ?? 0) >= 2048)) return false;
  return STRONG_SIGNATURES.has(signatureAlgorithm(cert.raw)) && !hasUnknownRule(cert.raw);
}

/** sha256, sha384 and sha512 with RSA and ECDSA: their object identifiers in DER. */
const STRONG_SIGNATURES = new Set([
  '2a864886f70d01010b',
  '2a864886f70d01010c',
  '2a864886f70d01010d',
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a8648ce3d040304',
]);

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { algorithm OID, … }, … } (RFC 5280 §4.1). */
function signatureAlgorithm(der: Buffer): string {
  const outer = element(der, 0);
  const tbs = element(der, outer.start);
  const algorithm = element(der, tbs.end);
  const oid = element(der, algorithm.start);
  return der.toString('hex', oid.start, oid.end);
}

/** The content of the DER element at `pos`. */
function element(der: Buffer, pos: number): { start: number; end: number } {
  const first = der[pos + 1] ?? 0;
  if (first < 0x80) return { start: pos + 2, end: pos + 2 + first };
  const bytes = first & 0x7f;
  const start = pos + 2 + bytes;
  return { start, end: start + der.readUIntBE(pos + 2, Math.min(bytes, 6)) };
}

/** `critical TRUE` and the start of the value, as every critical extension has them behind its identifier. */
const CRITICAL = Buffer.from('0101ff04', 'hex');
const NAME_CONSTRAINTS = Buffer.from('0603551d1e', 'hex');
/** keyUsage, subjectAltName, basicConstraints, extKeyUsage: last byte of 2.5.29.x. */
const KNOWN_EXTENSIONS = [0x0f, 0x11, 0x13, 0x25];

/** A critical extension beside the usual, or name constraints. The bytes may also occur by chance, which does no harm. */
function hasUnknownRule(der: Buffer): boolean {
  if (der.includes(NAME_CONSTRAINTS)) return true;
  for (let at = der.indexOf(CRITICAL); at >= 0; at = der.indexOf(CRITICAL, at + 1)) {
    const known = der.toString('hex', at - 5, at - 1) === '0603551d' && KNOWN_EXTENSIONS.includes(der[at - 1] ?? 0);
    if (!known) return true;
  }
  return false;
}
