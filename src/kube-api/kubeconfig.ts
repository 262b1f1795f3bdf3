/** The kubeconfig that leads clients to what is served: a context for each cluster. */
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNewFile } from '../base/files/write.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { asFields } from './plain.js';

export interface KubeContext {
  name: string;
  /** `http://127.0.0.1:6443/yesterday`. */
  server: string;
}

export interface Access {
  contexts: readonly KubeContext[];
  token: string;
  /** PEM: what a client has to trust. */
  certificate: Buffer;
}

export function kubeconfig({ contexts, token, certificate }: Access): string {
  const authority = { 'certificate-authority-data': certificate.toString('base64') };
  return toYaml(
    asFields({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': contexts[0]!.name,
      clusters: contexts.map(({ name, server }) => ({
        name,
        cluster: { server, ...authority, 'tls-server-name': nameFor(certificate, server) },
      })),
      contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: 'ketcdctl' } })),
      users: [{ name: 'ketcdctl', user: { token } }],
    }),
  );
}

/** The name that a certificate is for, where it is not for the address of the server. */
function nameFor(certificate: Buffer, server: string): string | undefined {
  const parsed = new X509Certificate(certificate);
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  if (parsed.checkIP(host)) return undefined;
  const names = parsed.subjectAltName ?? '';
  return (/DNS:([^,\s]+)/.exec(names) ?? /IP Address:([^,\s]+)/.exec(names))?.[1];
}

/** A file that nobody else can read, in a folder of its own. */
export class PrivateFile {
  private readonly folder: string;
  readonly path: string;

  constructor(name: string, content: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
    chmodSync(this.folder, 0o700);
    this.path = join(this.folder, name);
    writeNewFile(this.path, Buffer.from(content), { mode: 0o600 });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
