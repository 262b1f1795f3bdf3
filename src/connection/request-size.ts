import { RpcError } from '../rpc/error.js';
import { Code } from '../rpc/status.js';

/** @throws RpcError with the words of gRPC for Go when a request is over `--max-request-bytes`. */
export function checkRequestSize(bytes: number, max: number | undefined): void {
  if (!max || bytes <= max) return;
  const details = `trying to send message larger than max (${bytes} vs. ${max})`;
  throw new RpcError(`the request of ${bytes} bytes is over --max-request-bytes (${max})`, {
    code: Code.ResourceExhausted,
    details,
    tried: [],
    etcdText: `rpc error: code = ResourceExhausted desc = ${details}`,
    hint: 'raise --max-request-bytes here and on the server',
  });
}
