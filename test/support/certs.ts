import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  };
  return made;
}

interface SignOptions {
  ca: CertPair;
  commonName: string;
  names?: string;
  days?: number;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

function makeCa(dir: string, name: string, commonName: string): CertPair {
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
  ]);
  return pair;
}

function sign(dir: string, name: string, options: SignOptions): CertPair {
  const pair = { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
  const csr = join(dir, `${name}.csr`);
  const ext = join(dir, `${name}.ext`);
  const names = options.names ? `subjectAltName=${options.names}\n` : '';
  writeFileSync(ext, `${names}extendedKeyUsage=serverAuth,clientAuth\n`);
  openssl(['req', '-new', ...NEW_KEY, '-keyout', pair.key, '-out', csr, '-subj', `/CN=${options.commonName}`]);
  const serial = String(Math.floor(Math.random() * 2 ** 40));
  const args = ['x509', '-req', '-in', csr, '-CA', options.ca.cert, '-CAkey', options.ca.key, '-set_serial', serial];
  openssl([...args, '-days', String(options.days ?? 30), '-extfile', ext, '-out', pair.cert]);
  return pair;
}
