import { Failure } from '../../base/errors.js';

/** The hash at the end of a snapshot is not that of what stands before it. */
export class HashMismatch extends Failure {
  constructor(path: string, expected: Buffer, found: Buffer) {
    super(`${path}: expected sha256 ${expected.toString('hex')}, got ${found.toString('hex')}`, {
      errorCode: 'damaged-file',
      hint: 'the file was damaged or changed after it was saved: take another one',
      // etcd prints the bytes as Go does.
      etcdText: `expected sha256 [${expected.join(' ')}], got [${found.join(' ')}]`,
    });
  }
}
