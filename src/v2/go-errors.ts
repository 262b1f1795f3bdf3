/** What Node says about a failed request, in the words of Go's net, net/http and crypto/tls (1.19). */

import { getServers } from 'node:dns';
import type { RequestOptions } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { domainToASCII } from 'node:url';
import { errnoText } from '../base/go/errno.js';
import { goQuote } from '../base/go/quote.js';

/** A request that got no answer from its endpoint. */
export class TransportError extends Error {
  /**
   * @param connection whether it counts as a failed connection, for which etcdctl has an exit code of its own
   */
  constructor(
    message: string,
    readonly connection = false,
  ) {
    super(message);
  }
}

/** The time for the whole command is over, or it was interrupted. */
export class ContextError extends Error {
  constructor() {
    super('context deadline exceeded');
  }
}

/** An answer that is not one of etcd's v2 API, or has a status that the request is not meant to have. */
export class AnswerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type NodeError = NodeJS.ErrnoException & {
  errors?: NodeError[];
  address?: string;
  port?: number;
  hostname?: string;
  rawPacket?: Buffer;
};

/** TLS alerts by OpenSSL's name for them. */
const ALERTS: Record<string, string> = {
  BAD_CERTIFICATE: 'bad certificate',
  CERTIFICATE_REQUIRED: 'certificate required',
  CERTIFICATE_EXPIRED: 'expired certificate',
  CERTIFICATE_REVOKED: 'revoked certificate',
  CERTIFICATE_UNKNOWN: 'unknown certificate',
  UNKNOWN_CA: 'unknown certificate authority',
  UNSUPPORTED_CERTIFICATE: 'unsupported certificate',
  HANDSHAKE_FAILURE: 'handshake failure',
  PROTOCOL_VERSION: 'protocol version not supported',
  INTERNAL_ERROR: 'internal error',
  ACCESS_DENIED: 'access denied',
};

/** @param options of the request, for the address that was tried */
export function goNetError(error: Error, options: RequestOptions, socket: Socket | null | undefined): TransportError {
  if (error instanceof TransportError) return error;
  const first = (error as NodeError).errors?.[0] ?? (error as NodeError);
  const code = first.code ?? '';
  if (first.syscall === 'getaddrinfo') return new TransportError(`dial tcp: ${lookupError(first)}`, true);
  if (first.syscall === 'connect') return new TransportError(dialError(first, options), true);
  if (first.syscall === 'read') return new TransportError(streamError('read', first, socket), true);
  if (first.syscall === 'write') return new TransportError(streamError('write', first, socket));
  if (code === 'ECONNRESET') return new TransportError('EOF');
  const alert = /ALERT_(?:NUMBER_\d+_)?(\w+)$/.exec(code.replace(/^ERR_SSL_/, ''))?.[1];
  if (alert)
    return new TransportError(`remote error: tls: ${ALERTS[alert] ?? alert.toLowerCase().replaceAll('_', ' ')}`);
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) {
    return new TransportError('http: server gave HTTP response to HTTPS client');
  }
  if (code.startsWith('HPE_')) {
    const line = first.rawPacket?.toString('latin1').split('\n', 1)[0] ?? '';
    const text = `malformed HTTP response ${goQuote(Buffer.from(line.replace(/\r$/, ''), 'latin1'))}`;
    return new TransportError(`net/http: HTTP/1.x transport connection broken: ${text}`);
  }
  return new TransportError(first.message || code);
}

function dialError({ address, port, code = '' }: NodeError, { socketPath, host }: RequestOptions): string {
  const network = socketPath ? 'unix' : 'tcp';
  const where = socketPath ?? addressText(address ?? String(host), port ?? 0);
  return `dial ${network} ${where}: connect: ${errnoText(code) ?? code}`;
}

function streamError(verb: 'read' | 'write', { code = '' }: NodeError, socket: Socket | null | undefined): string {
  const { localAddress, localPort, remoteAddress, remotePort } = socket ?? {};
  const path = remoteAddress
    ? ` ${addressText(localAddress ?? '', localPort ?? 0)}->${addressText(remoteAddress, remotePort ?? 0)}`
    : '';
  return `${verb} tcp${path}: ${verb}: ${errnoText(code) ?? code}`;
}

function addressText(address: string, port: number): string {
  return `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
}

/** A failed DNS query, as Go's own resolver puts it. It does not ask a server for what cannot be a name. */
export function lookupError({ hostname = '', code }: NodeError): string {
  const name = domainToASCII(hostname) || hostname;
  if (!isDomainName(name)) return `lookup ${name}: no such host`;
  const server = getServers()[0] ?? '127.0.0.1';
  const on = server.includes(':') && !server.startsWith('[') && isIP(server) !== 6 ? server : addressText(server, 53);
  const why = code === 'EAI_AGAIN' || code === 'ESERVFAIL' ? 'server misbehaving' : 'no such host';
  return `lookup ${name} on ${on}: ${why}`;
}

function isDomainName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  return /[^\d.]/.test(name) && labels.every((label) => /^\w([\w-]{0,61}\w)?$/.test(label));
}

/**
 * What Go's encoding/json says about a text that is not JSON. Only what other programs than etcd answer is told apart: a word, a number
 * and more, HTML, nothing.
 */
export function jsonSyntaxError(text: string): string {
  const start = text.trimStart();
  if (start === '') return 'unexpected end of JSON input';
  const value = /^(-?\d+(\.\d+)?|true|false|null|"[^"\\]*")\s*/.exec(start)?.[0];
  if (value !== undefined && value.length < start.length) {
    return `invalid character ${quoteChar(start[value.length]!)} after top-level value`;
  }
  const literal = ['true', 'false', 'null'].find((word) => word[0] === start[0]);
  if (literal) {
    const at = [...literal].findIndex((char, i) => start[i] !== char);
    if (at >= start.length) return 'unexpected end of JSON input';
    return `invalid character ${quoteChar(start[at]!)} in literal ${literal} (expecting ${quoteChar(literal[at]!)})`;
  }
  if (/^[[{"\d-]/.test(start)) return 'unexpected end of JSON input';
  return `invalid character ${quoteChar(start[0]!)} looking for beginning of value`;
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  return `'${goQuote(char).slice(1, -1)}'`;
}
