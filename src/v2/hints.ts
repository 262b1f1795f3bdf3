/** What own mode adds to an error of the v2 API. */
import { AnswerError } from './go-errors.js';

/** One sentence for the user, or nothing. */
export function hintFor(error: unknown): string | undefined {
  if (error instanceof AnswerError && error.status === 404) {
    return 'this server has no v2 API: etcd 3.6 and later never have it, 3.4 and 3.5 only with --enable-v2. Its keys are read by the v3 commands (ketcdctl get, ls, tree)';
  }
  return undefined;
}
