/** What the commands of leases share: how they name a lease, and how they fail. */
import { ExitCode, Failure } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';

/**
 * A lease's ID as commands take it: hexadecimal without `0x`, a sign allowed.
 * @param what how the command names it in its message.
 * @returns the ID in decimal, signed, as etcd's messages have it.
 * @throws Failure with etcdctl's text.
 */
export function parseLease(text: string, what = 'lease ID'): string {
  const digits = /^[+-]?([0-9a-fA-F]+)$/.exec(text)?.[1];
  if (digits === undefined) throw badLease(text, what, 'invalid syntax');
  const id = text.startsWith('-') ? -BigInt(`0x${digits}`) : BigInt(`0x${digits}`);
  if (BigInt.asIntN(64, id) !== id) throw badLease(text, what, 'value out of range');
  return String(id);
}

function badLease(text: string, what: string, why: string): Failure {
  const reason = `strconv.ParseInt: parsing ${goQuote(text)}: ${why}`;
  return new Failure(`${goQuote(text)} is no lease: its ID is a hexadecimal number of at most 64 bits`, {
    exitCode: ExitCode.BadArgs,
    etcdText: `bad ${what} (${reason}), expecting ID in Hex`,
  });
}

/** The promise, its failure with the one exit code that the command has for all of them. */
export async function failingWith<T>(exitCode: number, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Failure) error.exitCode = exitCode;
    throw error;
  }
}
