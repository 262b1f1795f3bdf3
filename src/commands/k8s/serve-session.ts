/** What `k8s serve` and `k8s shell` have in common: clusters that are opened, a server over them, and the kubeconfig for it. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIPv4, isIPv6 } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { systemText } from '../../base/go/errno.js';
import { parseIp } from '../../k8s/ip.js';
import { loopbackCertificate } from '../../kube-api/certificate.js';
import { kubeconfig, PrivateFile } from '../../kube-api/kubeconfig.js';
import { ApiServer } from '../../kube-api/server.js';
import type { View } from '../../kube-api/view.js';
import type { CommandContext } from '../command.js';
import type { ServeFlags } from './serve-flags.js';
import { openSources, type Served } from './serve-sources.js';

export interface Session {
  /** For the clients' environment: KUBECONFIG. */
  variables: Record<string, string> & { KUBECONFIG: string };
  /** What is served, for people: a line each. */
  description: readonly string[];
  close(): void;
}

/** Opens what is to be served and serves it. */
export async function serving(context: CommandContext, flags: ServeFlags): Promise<Session> {
  const address = addressOf(flags.listen);
  const given = await readTls(flags);
  if (!address.isLoopback && !given) {
    throw new Failure(`--listen ${flags.listen} is no loopback address: --tls-cert and --tls-key are needed`, {
      exitCode: ExitCode.BadArgs,
      hint: 'whoever reaches the server and has the token reads all Secrets',
    });
  }
  const sources = await openSources(context, flags);
  for (const { name, sureness } of sources) if (sureness) context.stderr.write(`${name}: ${sureness}\n`);
  for (const line of [...(await warnings(sources)), ...risks(address.isLoopback)]) context.stderr.write(`${line}\n`);
  const token = randomBytes(32).toString('base64url');
  const views = new Map<string, View>(sources.map(({ name, view }) => [sources.length > 1 ? name : '', view]));
  const tls = given ?? loopbackCertificate(addressBytes(address.host));
  const server = new ApiServer({
    ...address,
    tls,
    allowPlain: address.isLoopback,
    token,
    views,
    report: (error) => reportBug(context, error),
  });
  const url = await server.listen();
  const contexts = sources.map(({ name }) => ({ name, server: sources.length > 1 ? `${url}/${name}` : url }));
  const file = new PrivateFile('kubeconfig', kubeconfig({ contexts, token, certificate: tls.cert }));
  return {
    variables: { KUBECONFIG: file.path },
    description: sources.map((source) => described(source, url)),
    close() {
      server.close();
      file.remove();
      for (const { close } of sources) close();
    },
  };
}

function described({ name, from, view, revision }: Served, url: string): string {
  const what = view.isStill ? `revision ${revision}` : `revision ${revision} and what changes`;
  return `${name}: ${from}, ${what}, read-only as Kubernetes 1.${view.release} on ${url}`;
}

function risks(isLoopback: boolean): string[] {
  return isLoopback
    ? []
    : ['Warning: Secrets are readable for whoever reaches this address and has the token of the kubeconfig'];
}

/** Versions that are missing though the release has them. */
async function warnings(sources: readonly Served[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, view } of sources) {
    for (const { apiVersion, plural, stored } of await view.leftOut()) {
      const why = `they are stored as ${stored}, and not converted`;
      lines.push(`Warning: ${name}: ${plural} are not served as ${apiVersion}: ${why}`);
    }
  }
  return lines;
}

function reportBug({ stderr }: CommandContext, error: unknown): void {
  stderr.write(errorLine(error instanceof Error ? (error.stack ?? error.message) : String(error)));
}

function addressOf(text: string): { host: string; port: number; isLoopback: boolean } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? (plain === 'localhost' ? '127.0.0.1' : plain);
  if (!host || !port || Number(port) > 65535 || !(isIPv4(host) || isIPv6(host))) {
    throw new Failure(`--listen ${text} is no address and port`, {
      exitCode: ExitCode.BadArgs,
      hint: 'such as 127.0.0.1:8001 or [::1]:0',
    });
  }
  return { host, port: Number(port), isLoopback: host === '::1' || host.startsWith('127.') };
}

/** The bytes of an address, as certificates have them. */
function addressBytes(host: string): Buffer {
  const { value, bits } = parseIp(host)!;
  return Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex');
}

async function readTls(flags: ServeFlags): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  const [cert, key] = [flags.tlsCert, flags.tlsKey];
  if (!cert && !key) return undefined;
  if (!cert || !key) throw new Failure('--tls-cert and --tls-key belong together', { exitCode: ExitCode.BadArgs });
  const pair = { cert: await readPem(cert), key: await readPem(key) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Failure(`--tls-cert ${cert} and --tls-key ${key} cannot be used: ${(error as Error).message}`, {
      exitCode: ExitCode.BadArgs,
    });
  }
  return pair;
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${systemText(error as NodeJS.ErrnoException)}`, { exitCode: ExitCode.IO });
  }
}
