import { Failure } from '../../base/errors.js';

/** The promise, its failure with the one exit code that the command has for all of them. */
export async function failingWith<T>(exitCode: number, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Failure) error.exitCode = exitCode;
    throw error;
  }
}
