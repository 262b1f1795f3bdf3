import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of one certificate (PEM) and its private key. */
export interface CertPair {
  cert: string;
  key: string;
}

/** A throw-away PKI: everything that the TLS tests present to a server or a client. */
export interface Certs {
  dir: string;
  /** The CA that signed all of the certificates below, but `otherCa`'s. */
  ca: string;
  /** Names: 127.0.0.1, ::1, localhost, etcd.example. For servers and clients, as etcd's own dial to itself needs it. */
  server: CertPair;
  /** Common name `root`, which `--client-cert-auth` takes as the user. */
  client: CertPair;
  /** As `server`, expired yesterday. */
  expired: CertPair;
  /** Names: other.example and 10.11.12.13 only. */
  wrongName: CertPair;
  /** A CA that signed `strangerClient` and nothing that a server here trusts. */
  otherCa: string;
  strangerClient: CertPair;
  /** As `server`, by an intermediate CA that stands behind it in the file. */
  chained: CertPair;
  /** As `server`, by a CA that has the name of the good one. */
  impostor: CertPair;
  /** As `server`, but not for servers. */
  clientOnly: CertPair;
  /** As `server`, with a name constraint in its CA that forbids 127.0.0.1, and with a signature by SHA-1. */
  constrained: CertPair & { ca: string };
  weak: CertPair;
  /** As `server`, with no word of what it is for, and as one that may sign only. */
  unmarked: CertPair;
  signerOnly: CertPair;
}

const SERVER_NAMES = 'IP:127.0.0.1,IP:0:0:0:0:0:0:0:1,DNS:localhost,DNS:etcd.example';

let made: Certs | undefined;

/** Makes the PKI with the openssl program, once a process; it is removed when the process ends. */
export function makeCerts(): Certs {
  if (made) return made;
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-certs-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const ca = makeCa(dir, 'ca', 'ketcdctl test CA');
  const other = makeCa(dir, 'other-ca', 'another CA');
  made = {
    dir,
    ca: ca.cert,
    server: sign(dir, 'server', { ca, commonName: 'server', names: SERVER_NAMES }),
    client: sign(dir, 'client', { ca, commonName: 'root' }),
    expired: sign(dir, 'expired', { ca, commonName: 'expired', names: SERVER_NAMES, days: -1 }),
    wrongName: sign(dir, 'wrong-name', { ca, commonName: 'wrong', names: 'DNS:other.example,IP:10.11.12.13' }),
    otherCa: other.cert,
    strangerClient: sign(dir, 'stranger', { ca: other, commonName: 'stranger' }),
    ...oddities(dir, ca),
  };
  return made;
}

/** What a verification must not take for the plain case. */
function oddities(
  dir: string,
  ca: CertPair,
): Pick<Certs, 'chained' | 'impostor' | 'clientOnly' | 'constrained' | 'weak' | 'unmarked' | 'signerOnly'> {
  const server = { ca, commonName: 'server', names: SERVER_NAMES };
  const isCa = 'basicConstraints=critical,CA:true';
  const middle = sign(dir, 'middle', { ca, commonName: 'middle', extensions: isCa });
  const chained = sign(dir, 'chained', { ...server, ca: middle });
  appendFileSync(chained.cert, readFileSync(middle.cert));
  const limits = 'critical,excluded;IP:127.0.0.0/255.0.0.0';
  const narrow = makeCa(dir, 'narrow', 'narrow', ['-addext', `nameConstraints=${limits}`]);
  return {
    chained,
    impostor: sign(dir, 'impostor', { ...server, ca: makeCa(dir, 'fake', 'ketcdctl test CA') }),
    clientOnly: sign(dir, 'client-only', { ...server, extensions: 'extendedKeyUsage=clientAuth' }),
    constrained: { ...sign(dir, 'constrained', { ...server, ca: narrow }), ca: narrow.cert },
    weak: sign(dir, 'weak', { ...server, digest: '-sha1' }),
    unmarked: sign(dir, 'unmarked', { ...server, extensions: 'basicConstraints=critical,CA:true' }),
    signerOnly: sign(dir, 'signer-only', { ...server, extensions: 'keyUsage=critical,keyCertSign' }),
  };
}

interface SignOptions {
  ca: CertPair;
  commonName: string;
  names?: string;
  days?: number;
  /** In place of both uses. */
  extensions?: string;
  digest?: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function makeCa(dir: string, name: string, commonName: string, more: string[] = []): CertPair {
  const pair = { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
  openssl([
    'req',
    '-x509',
    ...NEW_KEY,
    '-keyout',
    pair.key,
    '-out',
    pair.cert,
    '-days',
    '30',
    '-subj',
    `/CN=${commonName}`,
    ...more,
  ]);
  return pair;
}

function sign(dir: string, name: string, options: SignOptions): CertPair {
  const pair = { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
  const csr = join(dir, `${name}.csr`);
  const ext = join(dir, `${name}.ext`);
  const names = options.names ? `subjectAltName=${options.names}\n` : '';
  writeFileSync(ext, `${names}${options.extensions ?? 'extendedKeyUsage=serverAuth,clientAuth'}\n`);
  openssl(['req', '-new', ...NEW_KEY, '-keyout', pair.key, '-out', csr, '-subj', `/CN=${options.commonName}`]);
  const serial = String(Math.floor(Math.random() * 2 ** 40));
  const args = ['x509', '-req', '-in', csr, '-CA', options.ca.cert, '-CAkey', options.ca.key, '-set_serial', serial];
  if (options.digest) args.push(options.digest);
  openssl([...args, '-days', String(options.days ?? 30), '-extfile', ext, '-out', pair.cert]);
  return pair;
}
