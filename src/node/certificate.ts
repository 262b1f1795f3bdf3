/** What a certificate in a file says: whose it is, for what names, and until when. */
import type { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface CertificateFacts {
  subject: string;
  issuer: string;
  /** Host names and IP addresses that it is for, as `openssl` writes them: `DNS:localhost, IP Address:127.0.0.1`. */
  names: string;
  notBefore: Date;
  notAfter: Date;
  isCa: boolean;
  /** Uses by their object identifiers; none given: for all. */
  keyUsage: readonly string[];
}

/** The extended key usage of a client that shows who it is. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Every certificate of a PEM text, the first one first. @throws for a text that has none that can be read */
export function certificatesOf(pem: string): CertificateFacts[] {
  const blocks = pem.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g);
  if (blocks === null) throw new Error('there is no certificate in it');
  // Loaded here: most runs have no certificate to look at, and it takes some milliseconds.
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  return blocks.map((block) => factsOf(new X509Certificate(block)));
}

/** The first certificate of a file. @throws as the file or its text makes it */
export function certificateInFile(path: string): CertificateFacts {
  return certificatesOf(readFileSync(path, 'utf8'))[0]!;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: certificate.subjectAltName ?? '',
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    isCa: certificate.ca,
    keyUsage: certificate.keyUsage ?? [],
  };
}

/** Whether a client may show it. */
export function isForClients({ keyUsage }: CertificateFacts): boolean {
  return keyUsage.length === 0 || keyUsage.includes(CLIENT_AUTH);
}

/** Whole days until it ends, rounded down; negative when it has ended. */
export function daysLeft({ notAfter }: CertificateFacts, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000);
}

/** `O=kubeadm:cluster-admins, CN=etcd`: Node writes a line for each part. */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
