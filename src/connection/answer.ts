import type { Service } from '../rpc/callable.js';
import { decodeMessage, type Message } from '../rpc/codec.js';
import { readAnswer } from '../rpc/error.js';
import { methodOf } from '../rpc/messages.js';
import { isRead } from './retry.js';

/**
 * Decodes an answer; a header that the server left out is one of zeros, as with etcd's client.
 * @throws RpcError when it is no such message: then nobody knows what the server did
 */
export function decodeAnswer<T>(service: Service, method: string, message: Buffer, endpoint: string): T {
  const answer = readAnswer({ method, isRead: isRead(service, method) }, endpoint, () =>
    decodeMessage(methodOf(service, method).response, message),
  );
  if (answer.header === null) answer.header = decodeMessage<Message>('ResponseHeader', Buffer.alloc(0));
  return answer as T;
}
