import { after } from '../base/timer.js';
import { ConnectFailure } from './connect-failure.js';
import { type Endpoint, isIpAddress, targetOf } from './endpoints.js';
import { dialler } from './http2/dialler.js';
import type { DialEvents, Socket, TlsRequest } from './http2/socket.js';
import type { TlsSettings } from './tls-options.js';

export interface DialOptions {
  /** Undefined: plain. */
  tls: TlsSettings | undefined;
  timeoutMs: number;
  trace: (line: string) => void;
  /** What is spoken on it. */
  alpn: 'h2' | 'http/1.1';
}

type Stage = 'connection attempt' | 'TLS handshake';

/**
 * Opens a connection; a TLS server has been verified then.
 * @throws ConnectFailure (or Failure for unusable TLS files) when it cannot be had within the time.
 */
export async function dial(endpoint: Endpoint, options: DialOptions): Promise<Socket> {
  const { tls, timeoutMs, trace, alpn } = options;
  trace(`${endpoint.text}: dialling${tls ? ' with TLS' : ''}`);
  const [open, secure] = await Promise.all([dialler(), tls && secureRequest(endpoint, tls, alpn)]);
  let stage: Stage = 'connection attempt';
  const events: DialEvents = {
    resolved: (address) => trace(`${endpoint.text}: DNS says ${address}`),
    connected: () => {
      stage = 'TLS handshake';
    },
    secured: (peer) => secure?.judge(peer, trace),
  };
  const dialling = open(targetOf(endpoint), secure?.request, events);
  const timer = after(timeoutMs, () => dialling.abort(timedOut(stage, timeoutMs)));
  try {
    return await dialling.ready;
  } catch (error) {
    throw await explain(error, stage, endpoint, options);
  } finally {
    timer.cancel();
  }
}

/** How TLS is done with an endpoint, and how its server is judged. */
async function secureRequest(endpoint: Endpoint, settings: TlsSettings, alpn: TlsRequest['alpn']) {
  const [material, { describePeer, verifyPeer }] = await Promise.all([settings.material(), import('./tls-verify.js')]);
  const name = settings.expectedName(endpoint.host || 'localhost');
  const request: TlsRequest = { material, serverName: isIpAddress(name) ? undefined : name.replace(/\.$/, ''), alpn };
  const judge = (peer: Parameters<DialEvents['secured']>[0], trace: (line: string) => void) => {
    trace(`${endpoint.text}: ${describePeer(peer)}`);
    verifyPeer(peer, settings, name);
  };
  return { request, judge };
}

function timedOut(stage: Stage, timeoutMs: number): ConnectFailure {
  return new ConnectFailure(`no answer to the ${stage} within ${timeoutMs / 1000}s`, {
    hint: 'check the address and that no firewall is in between; --dial-timeout gives it longer',
  });
}

async function explain(error: unknown, stage: Stage, endpoint: Endpoint, { tls, timeoutMs }: DialOptions) {
  if (!tls || stage !== 'TLS handshake') return ConnectFailure.from(error, endpoint);
  if (error instanceof ConnectFailure) return error;
  const { explainTlsError } = await import('./tls-verify.js');
  const failure = explainTlsError(error as NodeJS.ErrnoException, tls);
  if (failure) return failure;
  if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') return ConnectFailure.from(error, endpoint);
  const { probeTlsRefusal } = await import('./probe.js');
  const refusal = await probeTlsRefusal(endpoint, timeoutMs);
  return refusal ?? new ConnectFailure('the server ended the TLS handshake', { cause: error });
}
