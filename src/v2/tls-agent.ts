/** Connections for https endpoints: verified as Go's crypto/x509 does it, with its words. */
import { Agent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { ConnectFailure } from '../connection/connect-failure.js';
import { contextOf } from '../connection/http2/node-socket.js';
import type { TlsSettings } from '../connection/tls-options.js';
import { TransportError } from './go-errors.js';
import { certificateError } from './go-x509.js';

/** The TLS files of a run; `serverName` is the name that certificates must have in place of the endpoint's host. */
export interface TlsFiles {
  settings: TlsSettings;
  serverName: string;
}

/** A CA file without a certificate trusts nobody: that shows when a server's certificate is verified. */
async function secureContext({ settings }: TlsFiles): Promise<SecureContext> {
  try {
    return contextOf(tls, await settings.material());
  } catch (error) {
    if (error instanceof ConnectFailure) return createSecureContext({ ca: [] });
    throw error;
  }
}

/** Connections kept alive, verified before they are used. @throws Failure when certificate and key are unusable. */
export async function tlsAgent(files: TlsFiles): Promise<Agent> {
  return new VerifyingAgent(files, await secureContext(files));
}

interface TlsTarget {
  host: string;
  port: number;
  socketPath?: string;
}

class VerifyingAgent extends Agent {
  constructor(
    private readonly files: TlsFiles,
    private readonly context: SecureContext,
  ) {
    super({ keepAlive: true });
  }

  /** Hands out a socket only after its certificate was verified, so that nothing is sent to a wrong server. */
  override createConnection(target: unknown, done?: (error: Error | null, socket: Socket) => void): undefined {
    const { host, port, socketPath } = target as TlsTarget;
    const name = this.files.serverName || host;
    const socket = connect({
      ...(socketPath ? { path: socketPath } : { host, port }),
      secureContext: this.context,
      ...(isIP(name) ? {} : { servername: name }),
      // Verified below, in Go's order and with its texts.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const finish = (error: Error | null) => {
      socket.off('error', finish).off('close', closed).off('secureConnect', verify);
      if (error) socket.on('error', () => {}).destroy();
      done?.(error, socket);
    };
    const closed = () => finish(new TransportError('EOF'));
    const verify = () => finish(this.refusal(socket, name));
    socket.once('secureConnect', verify).once('error', finish).once('close', closed);
    return undefined;
  }

  private refusal(socket: TLSSocket, name: string): Error | null {
    const problem = certificateError(socket, name);
    return problem === undefined ? null : new TransportError(problem);
  }
}
