import { checkServerIdentity, type DetailedPeerCertificate, type PeerCertificate, type TLSSocket } from 'node:tls';
import { ConnectFailure } from './connect-failure.js';
import { speaksPlain } from './probe.js';
import type { TlsSettings } from './tls-options.js';

/**
 * Checks the server's certificate after the handshake: its signature, its dates, and that it is for `name`.
 * `signed`: the first two were found good already.
 * @throws ConnectFailure that tells which certificate and why. Nothing has been sent to the server then.
 */
export function verifyPeer(socket: TLSSocket, settings: TlsSettings, name: string, signed: boolean): void {
  if (settings.skipVerify) return;
  if (!signed && !socket.authorized) {
    throw untrusted(String(socket.authorizationError), socket.getPeerCertificate(true), settings);
  }
  const mismatch = identityError(name, socket.getPeerCertificate());
  if (mismatch) throw mismatch;
}

/** For `--debug`: what the server showed. */
export function describePeer(socket: TLSSocket): string {
  const cert = socket.getPeerCertificate();
  return `${socket.getProtocol()}, certificate ${subjectOf(cert)}, names ${namesOf(cert) || 'none'}, until ${cert.valid_to}`;
}

/** Common names alone do not count, as in Go since 1.15. */
function identityError(name: string, cert: PeerCertificate): ConnectFailure | undefined {
  if (cert.subjectaltname && !checkServerIdentity(name, cert)) return undefined;
  const names = namesOf(cert);
  const have = names ? `it has the names ${names}` : 'it has no subject alternative names';
  return new ConnectFailure(`the server's certificate (${subjectOf(cert)}) is not for ${name}: ${have}`, {
    permanent: true,
    hint: 'use one of its names in --endpoints, or have a certificate made that has this one',
  });
}

function untrusted(code: string, cert: DetailedPeerCertificate, settings: TlsSettings): ConnectFailure {
  const subject = `the server's certificate (${subjectOf(cert)})`;
  const permanent = true;
  if (code === 'CERT_HAS_EXPIRED') {
    const expired = chainOf(cert).find((one) => Date.parse(one.valid_to) < Date.now()) ?? cert;
    const which = expired === cert ? subject : `the CA of ${subject} (${subjectOf(expired)})`;
    return new ConnectFailure(`${which} expired on ${isoDate(expired.valid_to)}`, {
      permanent,
      hint: 'renew it (kubeadm certs renew all), or check the clock of this machine',
    });
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return new ConnectFailure(`${subject} is valid only from ${isoDate(cert.valid_from)}`, {
      permanent,
      hint: 'check the clock of this machine',
    });
  }
  const issuer = `issued by ${distinguished(cert.issuer)}`;
  if (!UNKNOWN_ISSUER.has(code)) {
    const why = code === 'INVALID_PURPOSE' ? 'it is not for servers (extended key usage)' : `OpenSSL says ${code}`;
    return new ConnectFailure(`${subject}, ${issuer}, is refused: ${why}`, { permanent });
  }
  const { cacert } = settings.options;
  return new ConnectFailure(
    `${subject}, ${issuer}, is not signed by a CA ${cacert ? `of ${cacert}` : 'that this system trusts'} (${code})`,
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

function chainOf(cert: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  // A root is its own issuer.
  for (let one = cert; one?.subject && !chain.includes(one); one = one.issuerCertificate) chain.push(one);
  return chain;
}

function subjectOf(cert: PeerCertificate): string {
  return cert.subject ? distinguished(cert.subject) : 'none';
}

function distinguished(name: object): string {
  const text = Object.entries(name).map(([key, value]) => `${key}=${value}`);
  return text.join(', ') || 'an empty name';
}

function namesOf(cert: PeerCertificate): string {
  return (cert.subjectaltname ?? '').replaceAll('IP Address:', 'IP:');
}

function isoDate(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().replace('.000Z', 'Z');
}
