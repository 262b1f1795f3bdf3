/** Maps with string keys: as fields, and in a message of their own. */

import type { Fields, Value } from '../value.js';
import type { CompiledField, Slots } from './compiled-field.js';
import type { FieldEntry } from './table.js';
import { readParts, scalarCodec, type ValueCodec } from './value-codec.js';
import { StoredReader, type StoredWriter } from './wire.js';

/** A field that is a map. */
export function compileMap(
  { name, number, omitEmpty, onlyIfSet }: FieldEntry,
  slot: number,
  codec: ValueCodec,
): CompiledField {
  const tag = (number << 3) | 2;
  const readInto = (reader: StoredReader, slots: Slots) => {
    slots[slot] ??= new Map();
    readEntry(reader, name, slots[slot] as Fields, codec);
  };
  return {
    number,
    hiddenIfAbsent: omitEmpty || onlyIfSet,
    readers: [[tag, readInto]],
    show(slots, into) {
      const map = slots[slot] as Fields | undefined;
      into.set(name, map ? inKeyOrder(map) : null);
    },
    write(writer, object) {
      const map = object.get(name) ?? null;
      if (map === null) return;
      if (!(map instanceof Map)) throw writer.mismatch(`an object in ${name}`, map);
      writer.path.push(name);
      writeEntries(writer, tag, map, codec);
      writer.path.pop();
    },
  };
}

/** A map in a message of its own {1 the entries}, so that an empty one differs from none. */
function mapInMessage(entry: () => ValueCodec): ValueCodec {
  return {
    wire: 2,
    read(reader, name) {
      const map: Fields = new Map();
      readParts(reader, name, 1, (tag) => {
        if (tag === 10) readEntry(reader, name, map, entry());
        return tag === 10;
      });
      return inKeyOrder(map);
    },
    zero: null,
    nullable: true,
    isEmpty: (value) => value === null || (value instanceof Map && value.size === 0),
    write(writer, value) {
      if (value !== null && !(value instanceof Map)) throw writer.mismatch('an object', value);
      writer.fork();
      if (value) writeEntries(writer, 10, value, entry());
      writer.ldelim();
    },
  };
}

export const stringMap = mapInMessage(() => scalarCodec('s')!);

/** Maps in maps, whose leaves are empty: the first form of managedFields, of Kubernetes 1.14 and 1.15. */
export const fieldTree: ValueCodec = mapInMessage(() => fieldTree);

function writeEntries(writer: StoredWriter, tag: number, map: Fields, codec: ValueCodec): void {
  for (const [key, value] of inKeyOrder(map)) {
    writer.path.push(key);
    writer.uint32(tag).fork().uint32(10).string(key);
    // Nil bytes have no place in an entry either; a nil list in a message of its own has.
    if (value !== null || codec !== scalarCodec('y')) codec.write(writer.uint32(16 | codec.wire), value);
    writer.ldelim();
    writer.path.pop();
  }
}

/** What every codec reads as Go's zero value that is not nil: a length or number of 0, or a double of it. */
const ZERO_BYTES = Buffer.alloc(8);

/** Reads an entry of a map: 1 key, 2 value. Kubernetes' decoder does not look at the wire types in it. */
function readEntry(reader: StoredReader, name: string, map: Fields, codec: ValueCodec): void {
  const outer = reader.enter(name);
  let key = '';
  let value: Value | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) key = reader.string();
    else if (tag >>> 3 === 2) value = codec.read(reader, key);
    else reader.skipField(tag);
  }
  reader.leave(outer);
  map.set(key, value === undefined ? codec.read(new StoredReader(ZERO_BYTES), key) : value);
}

/** The entries sorted by the bytes of their keys; the same map where they are. */
function inKeyOrder(map: Fields): Fields {
  let last = '';
  for (const key of map.keys()) {
    if (compareUtf8(last, key) > 0) return new Map([...map].sort(([a], [b]) => compareUtf8(a, b)));
    last = key;
  }
  return map;
}

function compareUtf8(a: string, b: string): number {
  if (a < b && !/[\ud800-\uffff]/.test(b)) return -1;
  if (/[\ud800-\uffff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
