import { ExitCode, Failure } from '../errors.js';

/**
 * A lease's ID as commands take it: hexadecimal without `0x`, a sign allowed.
 * @returns the ID in decimal, signed, as etcd's messages have it.
 * @throws Failure with etcdctl's text.
 */
export function parseLease(text: string): string {
  const digits = /^[+-]?([0-9a-fA-F]+)$/.exec(text)?.[1];
  if (digits === undefined) throw badLease(text, 'invalid syntax');
  const id = text.startsWith('-') ? -BigInt(`0x${digits}`) : BigInt(`0x${digits}`);
  if (BigInt.asIntN(64, id) !== id) throw badLease(text, 'value out of range');
  return String(id);
}

function badLease(text: string, why: string): Failure {
  const quoted = JSON.stringify(text);
  return new Failure(`bad lease ID (strconv.ParseInt: parsing ${quoted}: ${why}), expecting ID in Hex`, {
    exitCode: ExitCode.BadArgs,
  });
}
