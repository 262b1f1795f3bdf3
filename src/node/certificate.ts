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
  /** SHA-256 of the whole certificate, in hex with colons: the same wherever it lies. */
  fingerprint: string;
}

/** The extended key usage of a client that shows who it is. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

const PEM_BLOCK = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** Every certificate of a PEM text, the first one first. @throws for a text that has none that can be read */
export function certificatesOf(pem: string): CertificateFacts[] {
  const blocks = pem.match(PEM_BLOCK);
  if (blocks === null) throw new Error('there is no certificate in it');
  // Loaded here: most runs have no certificate to look at, and it takes some milliseconds.
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  return blocks.map((block) => factsOf(new X509Certificate(block)));
}

/** How the base64 of a PEM certificate begins, as kubeconfigs, webhooks and requests hold it. */
const BASE64_OF_PEM = /LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t[A-Za-z0-9+/=]*/g;

/**
 * Every certificate in any text, as PEM or as the base64 of PEM. What cannot be read is left out.
 */
export function certificatesIn(text: string): CertificateFacts[] {
  const unpacked = Array.from(text.matchAll(BASE64_OF_PEM), ([base64]) => Buffer.from(base64, 'base64').toString());
  return [text, ...unpacked]
    .flatMap((each) => each.match(PEM_BLOCK) ?? [])
    .flatMap((block) => {
      try {
        return certificatesOf(block);
      } catch {
        return [];
      }
    });
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
    fingerprint: certificate.fingerprint256,
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
