/** The fields of a message as closures: read into a slot, shown in JSON by the rules of Go's tags, written again. */

import type { Value } from '../value.js';
import type { CompiledField, FieldMessage, Slots } from './compiled-field.js';
import { compileMap } from './map.js';
import { listInMessage, schemaOrBool, schemaOrList, specialCodec } from './special.js';
import { type FieldEntry, type MessageRef, resolveMessage } from './table.js';
import { scalarCodec, type ValueCodec } from './value-codec.js';
import type { StoredReader, StoredWriter } from './wire.js';

/** The message whose fields are compiled, and what finds the messages that they hold. */
interface Owner {
  message: FieldMessage;
  messageOf(ref: MessageRef, unknownName?: string): FieldMessage;
}

const NO_SLOTS: Slots = [];

/** Compiles the field whose slot is `slot`. */
export function compileField(owner: Owner, entry: FieldEntry, slot: number): CompiledField {
  if (entry.name === '-') return passOver(entry);
  const codec = codecOf(owner, entry.type);
  if (entry.name === '') return compileInline(owner, entry, slot);
  if (entry.card === '[]') return compileList(entry, slot, codec ?? messageCodec(owner, entry.type));
  if (entry.card === '{}') return compileMap(entry, slot, codec ?? messageCodec(owner, entry.type));
  return codec ? compileValue(entry, slot, codec) : compileMessage(owner, entry, slot);
}

/** A field of a release long ago, which Kubernetes has not read since. */
function passOver({ number }: FieldEntry): CompiledField {
  const tag = (number << 3) | 2;
  const readers: CompiledField['readers'] = [[tag, (reader) => reader.skipField(tag)]];
  return { number, readers, hiddenIfAbsent: true, show() {}, write() {} };
}

/** The codec of a type that is no message. */
function codecOf(owner: Owner, type: string): ValueCodec | undefined {
  if (type.startsWith('@Items:')) return listInMessage(messageCodec(owner, type.slice('@Items:'.length)));
  const or = /^@JSONSchemaPropsOr(\w+):(.+)$/.exec(type);
  if (!or) return scalarCodec(type) ?? specialCodec(type);
  const props = messageCodec(owner, or[2]!);
  return or[1] === 'Bool' ? schemaOrBool(props) : schemaOrList(props, or[1] === 'StringArray');
}

/** A message as an item of a list or map, where no merging happens. */
function messageCodec({ message: { ref }, messageOf }: Owner, type: string): ValueCodec {
  const itemRef = resolveMessage(ref.schema, type);
  let message: FieldMessage | undefined;
  const resolve = () => {
    message ??= messageOf(itemRef);
    return message;
  };
  return {
    wire: 2,
    zero: null,
    isEmpty: () => false,
    read(reader, name) {
      const outer = reader.enter(name);
      const slots = resolve().read(reader);
      reader.leave(outer);
      return resolve().show(slots, new Map());
    },
    write: (writer, value) => writeMessage(resolve(), writer, value),
  };
}

function writeMessage(message: FieldMessage, writer: StoredWriter, value: Value): void {
  if (value !== null && !(value instanceof Map)) throw writer.mismatch('an object', value);
  const object = value ?? new Map();
  message.requireKnown(writer, object);
  writer.fork();
  message.write(writer, object);
  writer.ldelim();
}

function compileValue(
  { name, number, card, omitEmpty, omitZero, onlyIfSet }: FieldEntry,
  slot: number,
  codec: ValueCodec,
): CompiledField {
  const tag = (number << 3) | codec.wire;
  const isPointer = card === '*';
  const { zero, isEmpty } = codec;
  const mayBeAbsent = isPointer || codec.nullable || onlyIfSet;
  return {
    number,
    hiddenIfAbsent: onlyIfSet || (omitEmpty && (isPointer || isEmpty(zero))) || omitZero,
    readers: [
      [
        tag,
        (reader, slots) => {
          slots[slot] = codec.read(reader, name);
        },
      ],
    ],
    show(slots, into) {
      const value = slots[slot] as Value | undefined;
      if (isPointer) {
        into.set(name, value === undefined ? null : value);
        return;
      }
      const shown = value === undefined ? zero : value;
      if ((omitEmpty && isEmpty(shown)) || (omitZero && shown === zero)) return;
      into.set(name, shown);
    },
    write(writer, object) {
      const value = object.get(name) ?? null;
      // Any value but a nil one is written, though it is zero.
      if (value === null && mayBeAbsent) return;
      writer.path.push(name);
      codec.write(writer.uint32(tag), value);
      writer.path.pop();
    },
  };
}

function compileMessage({ message: { ref }, messageOf }: Owner, entry: FieldEntry, slot: number): CompiledField {
  const { name, number, omitEmpty, onlyIfSet } = entry;
  const isPointer = entry.card === '*' || onlyIfSet;
  const nestedRef = resolveMessage(ref.schema, entry.type);
  let message: FieldMessage | undefined;
  const resolve = () => {
    message ??= messageOf(nestedRef);
    return message;
  };
  return {
    number,
    hiddenIfAbsent: onlyIfSet || (isPointer && omitEmpty),
    readers: [
      [
        (number << 3) | 2,
        (reader, slots) => {
          const outer = reader.enter(name);
          slots[slot] = resolve().read(reader, slots[slot] as Slots | undefined);
          reader.leave(outer);
        },
      ],
    ],
    show(slots, into) {
      const value = slots[slot] as Slots | undefined;
      if (value !== undefined || !isPointer) into.set(name, resolve().show(value ?? NO_SLOTS, new Map()));
      else into.set(name, null);
    },
    write(writer, object) {
      const value = object.get(name) ?? null;
      if (value === null && isPointer) return;
      writer.path.push(name);
      writeMessage(resolve(), writer.uint32((number << 3) | 2), value);
      writer.path.pop();
    },
  };
}

/** A message whose fields stand in JSON among those of its owner. */
function compileInline({ message: owner, messageOf }: Owner, entry: FieldEntry, slot: number): CompiledField {
  const ref = resolveMessage(owner.ref.schema, entry.type);
  const message = messageOf(ref, `${owner.unknownName}:${entry.number}`);
  for (const name of message.names) owner.names.add(name);
  const tag = (entry.number << 3) | 2;
  return {
    number: entry.number,
    hiddenIfAbsent: false,
    readers: [
      [
        tag,
        (reader, slots) => {
          const outer = reader.enter(ref.name);
          slots[slot] = message.read(reader, slots[slot] as Slots | undefined);
          reader.leave(outer);
        },
      ],
    ],
    show: (slots, into) => void message.show((slots[slot] as Slots | undefined) ?? NO_SLOTS, into),
    write(writer, object) {
      writer.uint32(tag).fork();
      message.write(writer, object);
      writer.ldelim();
    },
  };
}

function compileList(
  { name, number, omitEmpty, onlyIfSet }: FieldEntry,
  slot: number,
  codec: ValueCodec,
): CompiledField {
  const tag = (number << 3) | codec.wire;
  const add = (slots: Slots, value: Value) => {
    const list = slots[slot] as Value[] | undefined;
    if (list) list.push(value);
    else slots[slot] = [value];
  };
  const readers: CompiledField['readers'] = [[tag, (reader, slots) => add(slots, codec.read(reader, name))]];
  if (codec.wire !== 2) {
    const readPacked = (reader: StoredReader, slots: Slots) => {
      const outer = reader.enter(name);
      while (reader.pos < reader.len) add(slots, codec.read(reader, name));
      reader.leave(outer);
    };
    readers.push([(number << 3) | 2, readPacked]);
  }
  return {
    number,
    readers,
    hiddenIfAbsent: omitEmpty || onlyIfSet,
    show: (slots, into) => void into.set(name, (slots[slot] as Value[] | undefined) ?? null),
    write(writer, object) {
      const list = object.get(name) ?? null;
      if (list === null) return;
      if (!Array.isArray(list)) throw writer.mismatch(`a list in ${name}`, list);
      list.forEach((value, i) => {
        writer.path.push(`${name}[${i}]`);
        codec.write(writer.uint32(tag), value);
        writer.path.pop();
      });
    },
  };
}
