/** Finds the fields of an mvccpb.KeyValue (etcd: api/mvccpb/kv.proto) without copying them. */

/** The places of the fields in the bytes that were parsed. Numbers are 64 bits wide. */
export interface KeyValuePlaces {
  keyStart: number;
  keyEnd: number;
  create: bigint;
  mod: bigint;
  version: bigint;
  /** The value's field with its tag and length: `[fieldStart, valueEnd)`; all equal when there is no value. */
  fieldStart: number;
  valueStart: number;
  valueEnd: number;
  lease: bigint;
}

/** @returns undefined when the bytes are no mvccpb.KeyValue. */
export function parseKeyValue(bytes: Buffer): KeyValuePlaces | undefined {
  const found: KeyValuePlaces = {
    keyStart: 0,
    keyEnd: 0,
    create: 0n,
    mod: 0n,
    version: 0n,
    fieldStart: 0,
    valueStart: 0,
    valueEnd: 0,
    lease: 0n,
  };
  const at = { position: 0 };
  while (at.position < bytes.length) {
    const start = at.position;
    const tag = bytes[at.position++]!;
    const number = varint(bytes, at);
    if (number === undefined) return undefined;
    if ((tag & 7) === 2) {
      const end = at.position + Number(number);
      if (end > bytes.length) return undefined;
      if (tag === 0x0a) {
        found.keyStart = at.position;
        found.keyEnd = end;
      } else if (tag === 0x2a) {
        found.fieldStart = start;
        found.valueStart = at.position;
        found.valueEnd = end;
      } else return undefined;
      at.position = end;
    } else if (tag === 0x10) found.create = number;
    else if (tag === 0x18) found.mod = number;
    else if (tag === 0x20) found.version = number;
    else if (tag === 0x30) found.lease = number;
    else return undefined;
  }
  return found;
}

/** A varint as a signed number of 64 bits; undefined where the bytes end in it. */
function varint(bytes: Buffer, at: { position: number }): bigint | undefined {
  let low = 0;
  let scale = 1;
  for (let i = 0; i < 7; i++) {
    const byte = bytes[at.position++];
    if (byte === undefined) return undefined;
    low += (byte & 0x7f) * scale;
    if (byte < 0x80) return BigInt(low);
    scale *= 128;
  }
  let wide = BigInt(low);
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = bytes[at.position++];
    if (byte === undefined) return undefined;
    wide |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, wide);
  }
  return undefined;
}
