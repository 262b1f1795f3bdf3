import type { Attempt } from '../rpc/error.js';
import type { Endpoint } from './endpoints.js';

/** Why there is no connection to an endpoint: what failed, without the endpoint's name, and what to do. */
export class ConnectFailure extends Error {
  readonly hint: string | undefined;
  /** Trying again soon would fail in the same way: a certificate, a name, a protocol. */
  readonly permanent: boolean;

  constructor(message: string, options: { hint?: string | undefined; permanent?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ConnectFailure';
    this.hint = options.hint;
    this.permanent = options.permanent ?? false;
  }

  static from(error: unknown, endpoint: Endpoint): ConnectFailure {
    return error instanceof ConnectFailure ? error : explainSocketError(error, endpoint);
  }
}

const CHECK_ADDRESS = 'check the address and that no firewall is in between';

/** An error of DNS or of the socket in words. With several addresses Node gives an AggregateError: its first one tells. */
function explainSocketError(error: unknown, endpoint: Endpoint): ConnectFailure {
  const nested = (error as AggregateError).errors as NodeJS.ErrnoException[] | undefined;
  const { code, message } = (nested?.[0] ?? error) as NodeJS.ErrnoException;
  const failure = (text: string, hint?: string, permanent = false) =>
    new ConnectFailure(text, { hint, permanent, cause: error });
  switch (code) {
    case 'ECONNREFUSED':
      return failure('connection refused', refusedHint(endpoint));
    case 'ENOTFOUND':
      return failure(`unknown host "${endpoint.host}"`, 'check the name in --endpoints, and the DNS', true);
    case 'EAI_AGAIN':
      return failure(`the DNS gave no answer for "${endpoint.host}"`, 'check the name in --endpoints, and the DNS');
    case 'ETIMEDOUT':
      return failure('connection timed out', CHECK_ADDRESS);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failure('no route to the host', CHECK_ADDRESS);
    case 'ENOENT':
      return failure(`no socket file ${endpoint.socketPath}`, 'check the path, and that etcd runs', true);
    case 'EACCES':
      return failure(`permission denied on ${endpoint.socketPath}`, 'run as a user that may use the socket', true);
    case 'ECONNRESET':
    case 'EPIPE':
      return failure('the connection was reset');
    default:
      return failure(message || String(code ?? error));
  }
}

function refusedHint(endpoint: Endpoint): string {
  if (endpoint.port === 2380) return '2380 is usually the port for peers: try 2379';
  return 'is etcd running there, and listening on this address? (--listen-client-urls of etcd, --endpoints here)';
}

/** What an attempt is listed as. */
export function attemptOf(endpoint: string, error: unknown): Attempt {
  const hint = error instanceof ConnectFailure ? error.hint : undefined;
  return { endpoint, problem: (error as Error).message, hint };
}
