/** The way to a member, step by step: what DNS says, whether the port answers, what TLS shows. */

import { Failure } from '../base/errors.js';
import { after } from '../base/timer.js';
import { ConnectFailure } from '../connection/connect-failure.js';
import { type Endpoint, isIpAddress, parseEndpoint, targetOf, usesTls } from '../connection/endpoints.js';
import { dialler } from '../connection/http2/dialler.js';
import type { TlsPeer } from '../connection/http2/socket.js';
import type { ConnectionOptions } from '../connection/options.js';
import { TlsSettings } from '../connection/tls-options.js';
import { verifyPeer } from '../connection/tls-verify.js';
import { type CertificateFacts, factsOf } from '../node/certificate.js';
import type { ConnectionStep } from './facts.js';

export interface Steps {
  steps: ConnectionStep[];
  /** Whatever the server showed, whether it was accepted or not. */
  certificate?: CertificateFacts;
}

/** Goes as far as it gets; never throws. */
export async function connectionSteps(text: string, options: ConnectionOptions): Promise<Steps> {
  const walk = new Walk();
  let endpoint: Endpoint | undefined;
  try {
    endpoint = parseEndpoint(text);
    await walk.to(endpoint, options);
  } catch (error) {
    const known = endpoint === undefined || error instanceof Failure;
    const { message, hint } = known ? (error as Failure) : ConnectFailure.from(error, endpoint!);
    walk.steps.push({ step: walk.next, ok: false, text: message, hint });
  }
  return { steps: walk.steps, ...(walk.certificate && { certificate: walk.certificate }) };
}

class Walk {
  readonly steps: ConnectionStep[] = [];
  certificate: CertificateFacts | undefined;
  next: ConnectionStep['step'] = 'DNS';

  async to(endpoint: Endpoint, options: ConnectionOptions): Promise<void> {
    const settings = usesTls(endpoint, options) ? new TlsSettings(options) : undefined;
    const name = settings?.expectedName(endpoint.host || 'localhost') ?? '';
    const tls = settings && {
      material: await settings.material(),
      serverName: isIpAddress(name) ? undefined : name,
      alpn: 'h2' as const,
    };
    if (isIpAddress(endpoint.host) || endpoint.socketPath !== undefined) this.next = 'TCP';
    const open = await dialler();
    const dialling = open(targetOf(endpoint), tls, {
      resolved: (address) => {
        if (this.next === 'DNS') this.done('DNS', address, 'TCP');
      },
      connected: () => {
        if (this.next === 'DNS') this.next = 'TCP';
        this.done('TCP', 'the port answers', 'TLS');
      },
      secured: (peer) => {
        this.certificate = peer.certificate && factsOf(peer.certificate);
        verifyPeer(peer, settings!, name);
        this.done('TLS', describe(peer), 'gRPC');
      },
    });
    const timeoutMs = options.dialTimeout ?? 2000;
    const timer = after(timeoutMs, () => dialling.abort(new Error(`no answer within ${timeoutMs} ms`)));
    try {
      (await dialling.ready).destroy();
    } finally {
      timer.cancel();
    }
  }

  private done(step: ConnectionStep['step'], text: string, next: ConnectionStep['step']): void {
    this.steps.push({ step, ok: true, text });
    this.next = next;
  }
}

function describe({ version, certificate }: TlsPeer): string {
  if (!certificate) return version;
  const { subject, names } = factsOf(certificate);
  return `${version}, ${subject || 'no subject'}, for ${names || 'no name'}`;
}
