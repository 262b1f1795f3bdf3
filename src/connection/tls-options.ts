import { readFileSync } from 'node:fs';
import { ExitCode, Failure } from '../base/errors.js';
import { systemText } from '../base/go/errno.js';
import type { ClientPair } from './client-pair.js';
import { skipsVerify } from './endpoints.js';
import type { TlsMaterial } from './http2/socket.js';
import type { ConnectionOptions } from './options.js';

interface TlsFiles {
  ca: Buffer | undefined;
  client: ClientPair | undefined;
}

/** The TLS side of the options: files are read once, at the first use. */
export class TlsSettings {
  readonly skipVerify: boolean;
  private files: TlsFiles | undefined;
  private checked: Promise<void> | undefined;
  private made: Promise<TlsMaterial> | undefined;

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
  load(): TlsFiles {
    if (this.files) return this.files;
    const { cacert, cert, key } = this.options;
    if (Boolean(cert) !== Boolean(key)) {
      throw new Failure(`KeyFile and CertFile must both be present[key: ${key ?? ''}, cert: ${cert ?? ''}]`, {
        exitCode: ExitCode.BadArgs,
        hint: 'give --cert and --key together',
      });
    }
    this.files = {
      client: cert && key ? { cert: readPem(cert), key: readPem(key), certPath: cert, keyPath: key } : undefined,
      ca: cacert ? readPem(cacert) : undefined,
    };
    return this.files;
  }

  /** Whether the client's certificate and key can be used, which etcdctl finds out before it connects. @throws Failure (128) */
  check(): Promise<void> {
    this.checked ??= this.checkClient();
    return this.checked;
  }

  private async checkClient(): Promise<void> {
    const { client } = this.load();
    if (client) (await import('./client-pair.js')).checkClientPair(client);
  }

  /**
   * What connections are made with.
   * @throws Failure (128) when certificate and key cannot be used
   * @throws ConnectFailure when there is no CA to trust: with etcdctl only the handshakes fail then
   */
  material(): Promise<TlsMaterial> {
    this.made ??= this.make();
    return this.made;
  }

  private async make(): Promise<TlsMaterial> {
    const { client, ca } = this.load();
    await this.check();
    return { client: client && { cert: client.cert, key: client.key }, ca: await this.trusted(ca) };
  }

  private async trusted(ca: Buffer | undefined): Promise<readonly string[] | undefined> {
    if (this.skipVerify) return [];
    const { systemRoots, trustedBy } = await import('./trust.js');
    return ca ? trustedBy(ca, this.options.cacert ?? '') : systemRoots();
  }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const mayNot = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw new Failure(`open ${path}: ${systemText(error)}`, {
      exitCode: ExitCode.BadArgs,
      ...(mayNot ? { hint: 'the keys of etcd are readable by root only: try sudo' } : {}),
      cause: error,
    });
  }
}
