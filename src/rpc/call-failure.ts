import type { Code } from './status.js';

export interface FailureFacts {
  endpoint: string;
  /** Whether the server may have processed the request. */
  sent: boolean;
  /** The status is the server's own word, so the outcome is known. */
  fromServer?: boolean;
  /** The stream alone was reset. */
  reset?: boolean;
}

/** How one attempt of a call failed: what the retry rule judges. Users see the RpcError that is made of it. */
export class CallFailure extends Error {
  constructor(
    readonly code: Code,
    readonly details: string,
    readonly facts: FailureFacts,
  ) {
    super(details);
    this.name = 'CallFailure';
  }
}
