import { CallFailure } from '../rpc/call-failure.js';
import type { Service } from '../rpc/callable.js';
import { decodeMessage } from '../rpc/codec.js';
import { callFailed } from '../rpc/error.js';
import { methodOf } from '../rpc/messages.js';
import { Code } from '../rpc/status.js';
import { isRead } from './retry.js';

/** Decodes an answer. @throws RpcError when it is no such message: then nobody knows what the server did. */
export function decodeAnswer<T>(service: Service, method: string, message: Buffer, endpoint: string): T {
  try {
    return decodeMessage<T>(methodOf(service, method).response, message);
  } catch (error) {
    const why = `the answer to ${method} is no message of etcd's: ${(error as Error).message}`;
    const failure = new CallFailure(Code.Internal, why, { endpoint, sent: true });
    const read = isRead(service, method);
    throw callFailed(failure, { read, tried: [], allowedMs: undefined, method, late: false });
  }
}
