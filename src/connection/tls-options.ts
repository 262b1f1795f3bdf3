import { existsSync, readFileSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import { ExitCode, Failure } from '../base/errors.js';
import { systemText } from '../base/go/errno.js';
import { ConnectFailure } from './connect-failure.js';
import { skipsVerify } from './endpoints.js';
import type { ConnectionOptions } from './options.js';

type Tls = typeof import('node:tls');

/** The TLS side of the options: files are read once, at the first use. */
export class TlsSettings {
  readonly skipVerify: boolean;
  private files: { ca?: Buffer; cert?: Buffer; key?: Buffer } | undefined;
  private context: SecureContext | undefined;
  private light: SecureContext | undefined;

  constructor(readonly options: ConnectionOptions) {
    this.skipVerify = skipsVerify(options);
  }

  /** Whether a certificate of our own is shown to the server. */
  get hasClientCert(): boolean {
    return Boolean(this.options.cert);
  }

  /** The name that a server at `host` must prove: that of the options, with secure discovery the domain, else the host. */
  expectedName(host: string): string {
    const { serverName, discoverySrv, insecureDiscovery } = this.options;
    return serverName || (insecureDiscovery === false && discoverySrv) || host;
  }

  /**
   * Reads the files, as etcdctl does also when no endpoint uses TLS.
   * @throws Failure (128) with etcdctl's words when one of a pair is missing or a file cannot be read.
   */
  load(): void {
    if (this.files) return;
    const { cacert, cert, key } = this.options;
    if (Boolean(cert) !== Boolean(key)) {
      throw new Failure(`KeyFile and CertFile must both be present[key: ${key ?? ''}, cert: ${cert ?? ''}]`, {
        exitCode: ExitCode.BadArgs,
        hint: 'give --cert and --key together',
      });
    }
    this.files = {
      ...(cert && key ? { cert: readPem(cert), key: readPem(key) } : {}),
      ...(cacert ? { ca: readPem(cacert) } : {}),
    };
  }

  /**
   * @throws Failure (128) when certificate and key are not PEM or do not belong together.
   * @throws ConnectFailure when the CA file has no certificate: with etcdctl only the handshakes fail then.
   */
  secureContext(tls: Tls): SecureContext {
    this.load();
    this.context ??= this.skipVerify ? this.lightContext(tls) : this.createContext(tls, this.trusted());
    return this.context;
  }

  /** As secureContext, without any CA: nothing is trusted. An empty list keeps Node from loading its own roots, which takes 30 ms. */
  lightContext(tls: Tls): SecureContext {
    this.load();
    this.light ??= this.createContext(tls, []);
    return this.light;
  }

  /** The content of --cacert. */
  get caPem(): Buffer | undefined {
    this.load();
    return this.files?.ca;
  }

  /** The CAs to trust; undefined leaves it to Node. */
  private trusted(): Buffer | undefined {
    const { caPem } = this;
    if (caPem && !caPem.includes('-----BEGIN')) throw badCa(this.options.cacert ?? '');
    return caPem ?? systemRoots();
  }

  private createContext(tls: Tls, ca: Buffer | [] | undefined): SecureContext {
    const { cert: certPath, key: keyPath, cacert } = this.options;
    const files = this.files ?? {};
    if (files.cert && files.key) checkPair(files.cert, files.key, certPath ?? '', keyPath ?? '');
    try {
      return tls.createSecureContext({
        ...(ca === undefined ? {} : { ca }),
        ...(files.cert && files.key ? { cert: files.cert, key: files.key } : {}),
        minVersion: 'TLSv1.2',
      });
    } catch (error) {
      throw explainContextError(error as NodeJS.ErrnoException, certPath, keyPath, cacert);
    }
  }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(`open ${path}: ${systemText(error)}`, {
      exitCode: ExitCode.BadArgs,
      ...(code === 'EACCES' ? { hint: 'the keys of etcd are readable by root only: try sudo' } : {}),
      cause: error,
    });
  }
}

function checkPair(cert: Buffer, key: Buffer, certPath: string, keyPath: string): void {
  for (const [name, pem, path, word] of [
    ['certificate', cert, certPath, 'CERTIFICATE-----'],
    ['key', key, keyPath, 'PRIVATE KEY-----'],
  ] as const) {
    if (pem.includes(word)) continue;
    throw new Failure(`tls: failed to find any PEM data in ${name} input`, {
      exitCode: ExitCode.BadArgs,
      hint: `${path} is no PEM file with a ${name}`,
    });
  }
}

function badCa(path: string): ConnectFailure {
  return new ConnectFailure(`--cacert ${path} has no certificate in PEM form`, { permanent: true });
}

function explainContextError(
  error: NodeJS.ErrnoException,
  cert: string | undefined,
  key: string | undefined,
  ca: string | undefined,
): Error {
  if (error.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
    return new Failure('tls: private key does not match public key', {
      exitCode: ExitCode.BadArgs,
      hint: `${key} is not the key of ${cert}`,
      cause: error,
    });
  }
  return new ConnectFailure(`the TLS files (${[cert, key, ca].filter(Boolean).join(', ')}): ${error.message}`, {
    permanent: true,
    cause: error,
  });
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

/** The system's roots, which etcdctl uses without --cacert; Node's own list (undefined) where there are none. */
function systemRoots(): Buffer | undefined {
  const file = process.env.SSL_CERT_FILE || ROOT_FILES.find((path) => existsSync(path));
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
