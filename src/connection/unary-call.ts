import { CallFailure } from '../rpc/call-failure.js';
import { Code } from '../rpc/status.js';
import { Call, type CallSpec } from './call.js';
import type { Limit } from './limit.js';
import type { Session } from './session.js';

/** Sends one request on one session, once, and gives the answer's bytes. @throws CallFailure */
export function unaryCall(session: Session, spec: CallSpec, request: Uint8Array, limit: Limit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const endpoint = session.endpoint.text;
    let answer: Buffer | undefined;
    let stopWatching = () => {};
    const call = new Call(session, spec, {
      message: (message) => {
        if (answer) {
          stopWatching();
          call.cancel(new CallFailure(Code.Internal, 'the answer has more than one message', { endpoint, sent: true }));
        }
        answer ??= message;
      },
      end: () => {
        stopWatching();
        if (answer) resolve(answer);
        else reject(new CallFailure(Code.Internal, 'the answer has no message', { endpoint, sent: true }));
      },
      fail: (failure) => {
        stopWatching();
        reject(failure);
      },
    });
    stopWatching = limit.onOver(({ code, details }) => {
      call.cancel(new CallFailure(code, details, { endpoint, sent: true }));
    });
    call.sendLast(request);
  });
}
