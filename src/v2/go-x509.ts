import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isFor } from '../connection/tls-verify.js';

/**
 * Why a server's certificate cannot be trusted for `name`, in the words of Go's crypto/x509; undefined if it can. Looked at in Go's
 * order: the dates, the names, the chain.
 */
export function certificateError(socket: TLSSocket, name: string): string | undefined {
  const [certificate, ...issuers] = chainOf(socket);
  if (!certificate) return 'tls: received empty certificates message';
  const problem = dateError(certificate) ?? nameError(certificate, name);
  if (problem || socket.authorized) return problem;
  for (const issuer of issuers) {
    const expired = dateError(issuer);
    if (expired) return expired;
  }
  const unfit = String(socket.authorizationError) === 'INVALID_PURPOSE';
  return unfit
    ? 'x509: certificate specifies an incompatible key usage'
    : 'x509: certificate signed by unknown authority';
}

/** The server's certificate and what OpenSSL found above it. A root is its own issuer. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  for (
    let one = socket.getPeerCertificate(true);
    one?.raw && !seen.has(one.fingerprint256);
    one = one.issuerCertificate
  ) {
    seen.add(one.fingerprint256);
    chain.push(new X509Certificate(one.raw));
  }
  return chain;
}

function dateError(certificate: X509Certificate): string | undefined {
  const now = goTime(new Date());
  const expired = 'x509: certificate has expired or is not yet valid: current time';
  const from = new Date(certificate.validFrom);
  const until = new Date(certificate.validTo);
  if (Date.now() < from.getTime()) return `${expired} ${now} is before ${goTime(from)}`;
  if (Date.now() > until.getTime()) return `${expired} ${now} is after ${goTime(until)}`;
  return undefined;
}

function goTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function nameError(certificate: X509Certificate, name: string): string | undefined {
  const entries = (certificate.subjectAltName ?? '').split(', ');
  const addresses = entries.flatMap((entry) => (entry.startsWith('IP Address:') ? shortAddress(entry.slice(11)) : []));
  const names = entries.flatMap((entry) => (entry.startsWith('DNS:') ? entry.slice(4) : []));
  if (isIP(name)) {
    if (addresses.length === 0) {
      return `x509: cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
    }
    if (addresses.includes(shortAddress(name))) return undefined;
    return `x509: certificate is valid for ${addresses.join(', ')}, not ${name}`;
  }
  if (isFor(certificate, name)) return undefined;
  if (names.length > 0) return `x509: certificate is valid for ${names.join(', ')}, not ${name}`;
  if (!certificate.subjectAltName && certificate.checkHost(name, { subject: 'always' })) {
    return 'x509: certificate relies on legacy Common Name field, use SANs instead';
  }
  return `x509: certificate is not valid for any names, but wanted to match ${name}`;
}

/** An IPv6 address in its short form: OpenSSL writes every group. */
function shortAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
