/** A member's or cluster's ID as etcdctl shows it in texts: lower-case hex without leading zeros. */
export function hexId(id: string): string {
  return BigInt(id).toString(16);
}

/** A lease's ID as etcdctl shows it in texts: 16 hex digits. */
export function hexLease(id: string): string {
  return BigInt.asUintN(64, BigInt(id)).toString(16).padStart(16, '0');
}

/** The same as {@link hexId}, filled with blanks to 16 columns. */
export function paddedId(id: string): string {
  return hexId(id).padStart(16);
}
