import type { X509Certificate } from 'node:crypto';
import { ConnectFailure } from './connect-failure.js';
import { isIpAddress } from './endpoints.js';
import type { TlsPeer } from './http2/socket.js';
import { speaksPlain } from './probe.js';
import type { TlsSettings } from './tls-options.js';

/**
 * Judges the server after the handshake: by what the TLS library says of its certificate, and whether that is for `name`.
 * @throws ConnectFailure that tells which certificate and why. Nothing has been sent to the server then.
 */
export function verifyPeer({ problem, certificate }: TlsPeer, settings: TlsSettings, name: string): void {
  if (settings.skipVerify) return;
  if (!certificate) throw new ConnectFailure('the server has shown no certificate', { permanent: true });
  if (problem !== undefined) throw untrusted(problem, certificate, settings);
  if (!isFor(certificate, name)) throw wrongName(certificate, name);
}

/**
 * Whether a certificate is for a name or an address, as Go's crypto/x509 decides it: by the subject alternative names alone, never the
 * common name; a wildcard stands for the whole of the first label; a dot at the end of the name does not count.
 */
export function isFor(certificate: X509Certificate, name: string): boolean {
  if (isIpAddress(name)) return isForAddress(certificate, name.replace(/%.*$/, ''));
  const host = name.replace(/\.$/, '').toLowerCase();
  if (!HOST_NAME.test(host)) return false;
  const found = certificate.checkHost(host, { subject: 'never', partialWildcards: false });
  return found !== undefined || hasWildcardFor(certificate, host);
}

const HOST_NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

function isForAddress(certificate: X509Certificate, address: string): boolean {
  try {
    return certificate.checkIP(address) !== undefined;
  } catch {
    // Digits and dots that are no address.
    return false;
  }
}

/** OpenSSL takes no `*.com`, and no `_` for a star. An entry with a comma in its text is quoted, so that none is forged by it. */
function hasWildcardFor(certificate: X509Certificate, host: string): boolean {
  const [, parent] = /^[^.]+\.(.+)$/.exec(host) ?? [];
  if (parent === undefined) return false;
  const entries = certificate.subjectAltName?.match(/[^,:\s]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return entries.some((entry) => entry.toLowerCase() === `dns:*.${parent}`);
}

/** For `--debug`: what the server showed. */
export function describePeer({ certificate, version }: TlsPeer): string {
  if (!certificate) return `${version}, no certificate`;
  return `${version}, certificate ${subjectOf(certificate)}, names ${namesOf(certificate) || 'none'}, until ${certificate.validTo}`;
}

function wrongName(certificate: X509Certificate, name: string): ConnectFailure {
  const names = namesOf(certificate);
  const have = names ? `it has the names ${names}` : 'it has no subject alternative names';
  return new ConnectFailure(`the server's certificate (${subjectOf(certificate)}) is not for ${name}: ${have}`, {
    permanent: true,
    hint: 'use one of its names in --endpoints, or have a certificate made that has this one',
  });
}

function untrusted(problem: string, certificate: X509Certificate, settings: TlsSettings): ConnectFailure {
  const subject = `the server's certificate (${subjectOf(certificate)})`;
  const permanent = true;
  if (problem === 'CERT_HAS_EXPIRED') {
    const expired = chainOf(certificate).find((one) => Date.parse(one.validTo) < Date.now()) ?? certificate;
    const which = expired === certificate ? subject : `the CA of ${subject} (${subjectOf(expired)})`;
    return new ConnectFailure(`${which} expired on ${isoDate(expired.validTo)}`, {
      permanent,
      hint: 'renew it (kubeadm certs renew all), or check the clock of this machine',
    });
  }
  if (problem === 'CERT_NOT_YET_VALID') {
    return new ConnectFailure(`${subject} is valid only from ${isoDate(certificate.validFrom)}`, {
      permanent,
      hint: 'check the clock of this machine',
    });
  }
  const issuer = `issued by ${distinguished(certificate.issuer)}`;
  if (!UNKNOWN_ISSUER.has(problem)) {
    const why =
      problem === 'INVALID_PURPOSE' ? 'it is not for servers (extended key usage)' : `OpenSSL says ${problem}`;
    return new ConnectFailure(`${subject}, ${issuer}, is refused: ${why}`, { permanent });
  }
  const { cacert } = settings.options;
  return new ConnectFailure(
    `${subject}, ${issuer}, is not signed by a CA ${cacert ? `of ${cacert}` : 'that this system trusts'} (${problem})`,
    { permanent, hint: 'give the right CA by --cacert (kubeadm: /etc/kubernetes/pki/etcd/ca.crt)' },
  );
}

const UNKNOWN_ISSUER = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);

/** An error of the handshake, or of the connection right after it (TLS 1.3 refuses client certificates then). */
export function explainTlsError(error: NodeJS.ErrnoException, settings: TlsSettings): ConnectFailure | undefined {
  const text = `${error.code ?? ''} ${error.message}`.replaceAll('_', ' ').toLowerCase();
  const failure = (message: string, hint: string) =>
    new ConnectFailure(message, { hint, permanent: true, cause: error });
  if (/wrong version number|packet length too long|http request|unexpected message|record overflow/.test(text)) {
    return speaksPlain(error);
  }
  const alert =
    /alert (certificate required|bad certificate|unknown ca|certificate unknown|certificate expired|certificate revoked|unsupported certificate|handshake failure|access denied|decrypt error)/.exec(
      text,
    )?.[1];
  if (!alert) return undefined;
  if (!settings.hasClientCert) {
    return failure(
      `the server wants a client certificate (TLS alert: ${alert})`,
      'give --cert and --key (kubeadm: /etc/kubernetes/pki/etcd/healthcheck-client.crt and .key)',
    );
  }
  return failure(
    `the server refused the client certificate ${settings.options.cert} (TLS alert: ${alert})`,
    "it must be signed by the CA of etcd's --trusted-ca-file, be for client authentication, and not have expired",
  );
}

/** The certificate and those above it, as far as they were sent or are known. */
function chainOf(certificate: X509Certificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let one: X509Certificate | undefined = certificate; one && chain.length < 10; one = one.issuerCertificate) {
    chain.push(one);
  }
  return chain;
}

function subjectOf(certificate: X509Certificate): string {
  return distinguished(certificate.subject);
}

/** A name as the library gives it, a part in each line. Undefined or empty: it has none. */
function distinguished(name: string | undefined): string {
  return name?.split('\n').join(', ') || 'an empty name';
}

function namesOf(certificate: X509Certificate): string {
  return (certificate.subjectAltName ?? '').replaceAll('IP Address:', 'IP:');
}

function isoDate(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().replace('.000Z', 'Z');
}
