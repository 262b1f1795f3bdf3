import type { Service } from '../rpc/callable.js';
import { decodeMessage, type Message } from '../rpc/codec.js';
import { readAnswer } from '../rpc/error.js';
import { methodOf } from '../rpc/messages.js';
import { isRead } from './retry.js';

/** Methods whose answers have no header from servers of 3.4: etcdctl shows that, and so do we. */
const HEADLESS: readonly string[] = ['alarm', 'moveLeader'];

/**
 * Decodes an answer; a header that the server left out where one has to be is one of zeros.
 * @throws RpcError when it is no such message: then nobody knows what the server did
 */
export function decodeAnswer<T>(service: Service, method: string, message: Buffer, endpoint: string): T {
  const answer = readAnswer({ method, isRead: isRead(service, method) }, endpoint, () =>
    decodeMessage(methodOf(service, method).response, message),
  );
  if (answer.header === null && !HEADLESS.includes(method))
    answer.header = decodeMessage<Message>('ResponseHeader', Buffer.alloc(0));
  return answer as T;
}
