import { after, type Timer } from '../base/timer.js';
import { ConnectFailure } from './connect-failure.js';
import { type Endpoint, isIpAddress, targetOf } from './endpoints.js';
import { dialler } from './http2/dialler.js';
import type { DialEvents, Socket, TlsRequest } from './http2/socket.js';
import type { TlsSettings } from './tls-options.js';

export interface DialOptions {
  /** Undefined: plain. */
  tls: TlsSettings | undefined;
  /** Milliseconds until the address has answered, and from then on for TLS. */
  connectMs: number;
  handshakeMs: number;
  /** Told what is waited for. */
  stage?: (stage: Stage) => void;
  trace: (line: string) => void;
  /** What is spoken on it. */
  alpn: 'h2' | 'http/1.1';
}

export type Stage = 'connection attempt' | 'TLS handshake';

/**
 * Opens a connection; a TLS server has been verified then.
 * @throws ConnectFailure (or Failure for unusable TLS files) when it cannot be had within the time.
 */
export async function dial(endpoint: Endpoint, options: DialOptions): Promise<Socket> {
  const { tls, connectMs, handshakeMs, trace, alpn } = options;
  trace(`${endpoint.text}: dialling${tls ? ' with TLS' : ''}`);
  const [open, secure] = await Promise.all([dialler(), tls && secureRequest(endpoint, tls, alpn)]);
  let stage: Stage = 'connection attempt';
  let timer: Timer | undefined;
  const enter = (next: Stage, ms: number) => {
    stage = next;
    options.stage?.(next);
    timer?.cancel();
    timer = after(ms, () => dialling.abort(timedOut(next, ms)));
  };
  const dialling = open(targetOf(endpoint), secure?.request, {
    resolved: (address) => trace(`${endpoint.text}: DNS says ${address}`),
    connected: () => enter('TLS handshake', handshakeMs),
    secured: (peer) => secure?.judge(peer, trace),
  });
  enter(stage, connectMs);
  try {
    return await dialling.ready;
  } catch (error) {
    throw await explain(error, stage, endpoint, options);
  } finally {
    timer?.cancel();
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

function timedOut(stage: Stage, ms: number): ConnectFailure {
  const longer = stage === 'connection attempt' ? '; --dial-timeout gives it longer' : '';
  return new ConnectFailure(`no answer to the ${stage} within ${ms / 1000}s`, {
    hint: `check the address and that no firewall is in between${longer}`,
  });
}

async function explain(error: unknown, stage: Stage, endpoint: Endpoint, { tls, connectMs }: DialOptions) {
  if (!tls || stage !== 'TLS handshake') return ConnectFailure.from(error, endpoint);
  if (error instanceof ConnectFailure) return error;
  const { explainTlsError } = await import('./tls-verify.js');
  const failure = explainTlsError(error as NodeJS.ErrnoException, tls);
  if (failure) return failure;
  if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') return ConnectFailure.from(error, endpoint);
  const { probeTlsRefusal } = await import('./probe.js');
  const refusal = await probeTlsRefusal(endpoint, connectMs);
  return refusal ?? new ConnectFailure('the server ended the TLS handshake', { cause: error });
}
