/** What etcd takes as the end of a range that has none: every key from the first on. */
export const OPEN_END = Buffer.from([0]);

/**
 * The end of the range of all keys that begin with `prefix`: the prefix with its last byte that is not 0xff raised by one.
 * A prefix without such a byte (an empty one too) has no end: {@link OPEN_END}.
 */
export function prefixEnd(prefix: Buffer): Buffer {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const byte = prefix[last]!;
    if (byte < 0xff) {
      const end = Buffer.from(prefix.subarray(0, last + 1));
      end[last] = byte + 1;
      return end;
    }
  }
  return OPEN_END;
}

/** The range that `--prefix` means. etcd refuses an empty key, so that the empty prefix begins at the key of one zero byte. */
export function prefixRange(prefix: Buffer): { key: Buffer; range_end: Buffer } {
  return prefix.length === 0 ? { key: OPEN_END, range_end: OPEN_END } : { key: prefix, range_end: prefixEnd(prefix) };
}

/** The range that `--from-key` means. */
export function fromKeyRange(key: Buffer): { key: Buffer; range_end: Buffer } {
  return { key: key.length === 0 ? OPEN_END : key, range_end: OPEN_END };
}

/** The smallest key above `key`: where the page after it begins. */
export function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, OPEN_END]);
}
