/** The line that etcdctl's client library logs before the error of a call that reached nobody; scripts wait for its words. */
import { atLeast, type Mode } from '../base/contract.js';
import { RpcError } from '../rpc/error.js';

const REFUSED = 'connection refused';

/** By version: the caller in the library's source. */
const CALLERS = [
  ['3.7', 'v3@v3.7.1/retry_interceptor.go:68'],
  ['3.6', 'v3@v3.6.14/retry_interceptor.go:68'],
  ['3.5', 'v3@v3.5.33/retry_interceptor.go:66'],
] as const;

/** @returns undefined for any other failure than a refused connection */
export function retryLine(mode: Mode, error: unknown, now: Date): string | undefined {
  if (mode.tool !== 'etcdctl' || !(error instanceof RpcError)) return undefined;
  const refused = error.tried.find(({ problem }) => problem.includes(REFUSED));
  if (error.etcdText !== 'context deadline exceeded' || !refused) return undefined;
  const host = refused.endpoint.replace(/^https?:\/\//, '');
  const [, caller] = CALLERS.find(([since]) => atLeast(mode, since)) ?? [];
  const dialing = `connection error: desc = "transport: Error while dialing: dial tcp ${host}: connect: ${REFUSED}"`;
  const balancer = caller ? dialing : 'all SubConns are in TransientFailure';
  const fields = {
    level: 'warn',
    ts: now.toISOString(),
    ...(caller ? { logger: 'etcd-client', caller } : { caller: 'clientv3/retry_interceptor.go:62' }),
    msg: 'retrying of unary invoker failed',
    target: caller ? `etcd-endpoints://0x0/${host}` : `endpoint://client-0/${host}`,
    attempt: 0,
    error: `rpc error: code = DeadlineExceeded desc = latest balancer error: ${balancer}`,
  };
  return `${JSON.stringify(fields)}\n`;
}
