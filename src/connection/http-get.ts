/** Plain HTTP GET from a member, for what gRPC does not tell: its metrics. */
import type { RequestOptions } from 'node:http';
import { authorityOf, type Endpoint, parseEndpoint, usesTls } from './endpoints.js';
import type { ConnectionOptions } from './options.js';

const TIMEOUT_MS = 10_000;

/**
 * The body of `path` from a member's client port. A TLS server is verified as for calls.
 * @throws Error when it cannot be had, or the status is not 200.
 */
export async function httpGet(endpointText: string, path: string, options: ConnectionOptions): Promise<string> {
  const endpoint = parseEndpoint(endpointText);
  const { request } = await import('node:http');
  const target: RequestOptions = { path, agent: false, headers: { host: authorityOf(endpoint) }, timeout: TIMEOUT_MS };
  if (usesTls(endpoint, options)) {
    const socket = await secureSocket(endpoint, options);
    target.createConnection = () => socket;
  } else if (endpoint.socketPath !== undefined) target.socketPath = endpoint.socketPath;
  else Object.assign(target, { host: endpoint.host, port: endpoint.port });
  return new Promise((resolve, reject) => {
    const call = request(target, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`HTTP status ${response.statusCode}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000}s`)));
    call.on('error', reject);
    call.end();
  });
}

/** A verified connection that speaks HTTP/1.1. */
async function secureSocket(endpoint: Endpoint, options: ConnectionOptions) {
  const [tls, { TlsSettings }, { verifyPeer }, { isIP }] = await Promise.all([
    import('node:tls'),
    import('./tls-options.js'),
    import('./tls-verify.js'),
    import('node:net'),
  ]);
  const settings = new TlsSettings(options);
  const name = settings.expectedName(endpoint.host || 'localhost');
  const socket = tls.connect({
    ...(endpoint.socketPath === undefined
      ? { host: endpoint.host, port: endpoint.port }
      : { path: endpoint.socketPath }),
    secureContext: settings.secureContext(tls),
    ...(isIP(name) ? {} : { servername: name }),
    ALPNProtocols: ['http/1.1'],
    // Verified below, with the same rules and words as for calls.
    rejectUnauthorized: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).once('secureConnect', () => {
      try {
        verifyPeer(socket, settings, name, false);
        resolve();
      } catch (error) {
        socket.destroy();
        reject(error);
      }
    });
  });
  return socket;
}
