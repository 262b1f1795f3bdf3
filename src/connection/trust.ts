import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ConnectFailure } from './connect-failure.js';

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g;

/**
 * The certificates of a --cacert file. What cannot be read in it is passed over, as Go does it; a text between them as well.
 * @throws ConnectFailure when nothing is left: with etcdctl only the handshakes fail then.
 */
export function trustedBy(pem: Buffer, path: string): string[] {
  const readable = (pem.toString('latin1').match(CERTIFICATE) ?? []).filter(isCertificate);
  if (readable.length > 0) return readable;
  const holdsKey = pem.includes('PRIVATE KEY-----');
  throw new ConnectFailure(`--cacert ${path} has no certificate in PEM form${holdsKey ? ', but a private key' : ''}`, {
    permanent: true,
    ...(holdsKey ? { hint: 'give the CA certificate (kubeadm: /etc/kubernetes/pki/etcd/ca.crt), not its key' } : {}),
  });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Where Linux distributions keep the roots that they trust, in the order of Go's crypto/x509. */
const ROOT_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The system's roots, which etcdctl uses without --cacert; undefined, which is the runtime's own list, where there are none.
 * @throws ConnectFailure when SSL_CERT_FILE names a file that cannot be read, or that has no certificate
 */
export function systemRoots(): string[] | undefined {
  const named = process.env.SSL_CERT_FILE;
  const file = named || ROOT_FILES.find((path) => existsSync(path));
  if (!file) return undefined;
  try {
    const text = readFileSync(file, 'latin1');
    if (text.includes('-----BEGIN')) return [text];
    if (!named) return undefined;
  } catch (error) {
    if (!named) return undefined;
    throw unusableRoots(named, (error as NodeJS.ErrnoException).code ?? 'unreadable', error);
  }
  throw unusableRoots(file, 'no certificate in PEM form');
}

function unusableRoots(path: string, why: string, cause?: unknown): ConnectFailure {
  return new ConnectFailure(`the CAs that SSL_CERT_FILE names cannot be had: ${path}: ${why}`, {
    permanent: true,
    hint: 'unset SSL_CERT_FILE, or name the CA by --cacert',
    cause,
  });
}
