/** What every target of the fuzz run has in common. */
import { Failure } from '../../src/base/errors.js';

/** A public function (or a few that read the same input), and inputs from which others are made. */
export interface Target {
  name: string;
  /** Good inputs, the same ones in every run; where several functions read them, good for one of these. */
  seeds(): Buffer[] | Promise<Buffer[]>;
  /** Words and numbers of the format, put in here and there. */
  words?: readonly (string | Buffer)[];
  /**
   * Reads an input, and what comes back where the format promises that.
   * @throws Failure for one that is refused; whatever else is thrown is a finding
   */
  run(input: Buffer): void | Promise<void>;
}

/** The result; undefined where an error is thrown by which `read` says, as documented, that its input is none. */
export function unlessRefused<T>(read: () => T, ...refusals: (new (...args: never[]) => Error)[]): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure || refusals.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}

/** Runs each, and fails with the first refusal only after all were run: one that is refused must not hide what another does. */
export async function each(...reads: (() => unknown)[]): Promise<void> {
  const refusals: Failure[] = [];
  for (const read of reads) {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusals.push(error);
    }
  }
  if (refusals[0]) throw refusals[0];
}

/** A value that did not come back. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

/** @throws Lost where what came back is not what was there */
export function same(found: string, expected: string, what: string): void {
  if (found === expected) return;
  let at = 0;
  while (found[at] === expected[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 30), at + 50));
  throw new Lost(`${what}: expected ${around(expected)}, found ${around(found)}`);
}
