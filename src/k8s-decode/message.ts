/**
 * Messages of the schema, compiled on first use: a message's fields become closures that read, show and write them.
 *
 * Reading a message fills a row of slots, one a field (and one for fields that the schema does not know); showing it
 * makes the JSON object of them, by the rules of Go's tags. In between a message that stands twice is merged, as Go does.
 */
import { Failure } from '../errors.js';
import { schemaOrBool, schemaOrList, type ValueCodec, valueCodec } from './special.js';
import { type FieldEntry, fieldsOf, type MessageRef, resolveMessage, type SchemaPackage } from './table.js';
import { readUnknown, showUnknown, UNKNOWN, type UnknownField, unknownEntries, writeUnknown } from './unknown.js';
import type { Fields, Value } from './value.js';
import { StoredReader, type StoredWriter } from './wire.js';

/** What has been read of a message: a slot a field, undefined where it was absent. */
type Slots = unknown[];

/** A compiled field. */
interface CompiledField {
  number: number;
  /** The tags under which it stands, and how a value under each is read. */
  readers: [tag: number, read: (reader: StoredReader, slots: Slots) => void][];
  show(slots: Slots, into: Fields): void;
  write(writer: StoredWriter, object: Fields): void;
}

/** A compiled message. */
export class Message {
  /** By tag. */
  private readonly readers: ((reader: StoredReader, slots: Slots) => void)[] = [];
  private fields: CompiledField[] = [];
  private byNumber: CompiledField[] = [];
  private unknownSlot = 0;
  /** The names that its JSON may have, those of inlined messages included. */
  readonly names = new Set<string>();

  private constructor(
    readonly ref: MessageRef,
    /** Where its unknown fields are shown. */
    readonly unknownName: string,
  ) {}

  /** The message `ref`, whose unknown fields are shown under `unknownName`. */
  static of(ref: MessageRef, unknownName = UNKNOWN): Message {
    let messages = compiled.get(ref.schema);
    if (!messages) {
      messages = new Map();
      compiled.set(ref.schema, messages);
    }
    const key = `${ref.name} ${unknownName}`;
    let message = messages.get(key);
    if (!message) {
      message = new Message(ref, unknownName);
      // Registered before its fields are compiled: messages may contain themselves.
      messages.set(key, message);
      message.compile();
    }
    return message;
  }

  private compile(): void {
    const entries = fieldsOf(this.ref);
    this.unknownSlot = entries.length;
    this.names.add(this.unknownName);
    this.fields = entries.map((entry, slot) => {
      if (entry.name !== '' && entry.name !== '-') this.names.add(entry.name);
      return compileField(this, entry, slot);
    });
    for (const { readers } of this.fields) for (const [tag, read] of readers) this.readers[tag] = read;
    this.byNumber = [...this.fields].sort((a, b) => a.number - b.number);
    if (this.ref.schema.kinds.split(' ').includes(this.ref.name)) this.names.add('kind').add('apiVersion');
  }

  /** Reads up to the reader's end, into the slots of an earlier occurrence if there was one. */
  read(reader: StoredReader, slots: Slots = new Array(this.unknownSlot + 1)): Slots {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const tag = reader.tag();
      const read = this.readers[tag];
      if (read) read(reader, slots);
      else this.keepUnknown(readUnknown(reader, start, tag), slots);
    }
    return slots;
  }

  private keepUnknown(field: UnknownField, slots: Slots): void {
    const list = slots[this.unknownSlot] as UnknownField[] | undefined;
    if (list) list.push(field);
    else slots[this.unknownSlot] = [field];
  }

  /** Adds to `into` what JSON shows of the message; an absent one shows its zero values. */
  show(slots: Slots, into: Fields): Fields {
    for (const field of this.fields) field.show(slots, into);
    const unknown = slots[this.unknownSlot] as UnknownField[] | undefined;
    if (unknown) into.set(this.unknownName, showUnknown(unknown));
    return into;
  }

  /** Writes the fields of `object` by ascending number, those of `$unknown` between them. */
  write(writer: StoredWriter, object: Fields): void {
    const unknown = unknownEntries(writer, object.get(this.unknownName));
    let next = 0;
    for (const field of this.byNumber) {
      while (next < unknown.length && unknown[next]![0] < field.number) writeUnknown(writer, unknown[next++]!);
      field.write(writer, object);
    }
    while (next < unknown.length) writeUnknown(writer, unknown[next++]!);
  }

  /** Fails where `object` has a field that the message has not: it would be lost. */
  requireKnown(writer: StoredWriter, object: Fields): void {
    for (const name of object.keys()) {
      if (!this.names.has(name)) {
        throw new Failure(`${[...writer.path, name].join('.')}: ${this.ref.name} has no field of this name`);
      }
    }
  }
}

const compiled = new WeakMap<SchemaPackage, Map<string, Message>>();
const NO_SLOTS: Slots = [];

function compileField(owner: Message, entry: FieldEntry, slot: number): CompiledField {
  if (entry.name === '-') return passOver(entry);
  const codec = codecOf(owner.ref.schema, entry.type);
  if (entry.name === '') return compileInline(owner, entry, slot);
  if (entry.card === '[]') return compileList(entry, slot, codec ?? messageCodec(owner, entry.type));
  if (entry.card === '{}') return compileMap(entry, slot, codec ?? messageCodec(owner, entry.type));
  return codec ? compileValue(entry, slot, codec) : compileMessage(owner, entry, slot);
}

/** A field of a release long ago, which Kubernetes has not read since. */
function passOver({ number }: FieldEntry): CompiledField {
  const tag = (number << 3) | 2;
  return { number, readers: [[tag, (reader) => reader.skipField(tag)]], show() {}, write() {} };
}

function codecOf(schema: SchemaPackage, type: string): ValueCodec | undefined {
  const or = /^@JSONSchemaPropsOr(\w+):(.+)$/.exec(type);
  if (!or) return valueCodec(type);
  const props = messageCodecOf(resolveMessage(schema, or[2]!));
  return or[1] === 'Bool' ? schemaOrBool(props) : schemaOrList(props, or[1] === 'StringArray');
}

function messageCodec(owner: Message, type: string): ValueCodec {
  return messageCodecOf(resolveMessage(owner.ref.schema, type));
}

/** A message as an item of a list or map, where no merging happens. */
function messageCodecOf(ref: MessageRef): ValueCodec {
  let message: Message | undefined;
  const resolve = () => (message ??= Message.of(ref));
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

function writeMessage(message: Message, writer: StoredWriter, value: Value): void {
  if (value !== null && !(value instanceof Map)) throw writer.mismatch('an object', value);
  const object = value ?? new Map();
  message.requireKnown(writer, object);
  writer.fork();
  message.write(writer, object);
  writer.ldelim();
}

function compileValue(
  { name, number, card, omitEmpty, omitZero, dropped }: FieldEntry,
  slot: number,
  codec: ValueCodec,
): CompiledField {
  const tag = (number << 3) | codec.wire;
  const isPointer = card === '*';
  const { zero, isEmpty } = codec;
  const mayBeAbsent = isPointer || codec.nullable || dropped;
  return {
    number,
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
      if (isPointer || dropped) {
        if (value !== undefined) into.set(name, value);
        else if (!omitEmpty && !dropped) into.set(name, null);
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

function compileMessage(owner: Message, entry: FieldEntry, slot: number): CompiledField {
  const { name, number, omitEmpty, dropped } = entry;
  const isPointer = entry.card === '*' || dropped;
  const ref = resolveMessage(owner.ref.schema, entry.type);
  let message: Message | undefined;
  const resolve = () => (message ??= Message.of(ref));
  return {
    number,
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
      else if (!omitEmpty && !dropped) into.set(name, null);
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
function compileInline(owner: Message, entry: FieldEntry, slot: number): CompiledField {
  const ref = resolveMessage(owner.ref.schema, entry.type);
  const message = Message.of(ref, `${owner.unknownName}:${entry.number}`);
  for (const name of message.names) owner.names.add(name);
  const tag = (entry.number << 3) | 2;
  return {
    number: entry.number,
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

function compileList({ name, number, omitEmpty, dropped }: FieldEntry, slot: number, codec: ValueCodec): CompiledField {
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
    show(slots, into) {
      const list = slots[slot] as Value[] | undefined;
      if (list) into.set(name, list);
      else if (!omitEmpty && !dropped) into.set(name, null);
    },
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

function compileMap({ name, number, omitEmpty, dropped }: FieldEntry, slot: number, codec: ValueCodec): CompiledField {
  const tag = (number << 3) | 2;
  const valueTag = 16 | codec.wire;
  return {
    number,
    readers: [
      [
        tag,
        (reader, slots) => {
          slots[slot] ??= new Map();
          readEntry(reader, name, slots[slot] as Fields, valueTag, codec);
        },
      ],
    ],
    show(slots, into) {
      const map = slots[slot] as Fields | undefined;
      if (map) into.set(name, inKeyOrder(map));
      else if (!omitEmpty && !dropped) into.set(name, null);
    },
    write(writer, object) {
      const map = object.get(name) ?? null;
      if (map === null) return;
      if (!(map instanceof Map)) throw writer.mismatch(`an object in ${name}`, map);
      for (const [key, value] of inKeyOrder(map)) {
        writer.path.push(name, key);
        writer.uint32(tag).fork().uint32(10).string(key);
        if (value !== null || codec.wire !== 2 || codec !== valueCodec('y')) {
          codec.write(writer.uint32(valueTag), value);
        }
        writer.ldelim();
        writer.path.length -= 2;
      }
    },
  };
}

/** What every codec reads as Go's zero value that is not nil: a length or number of 0, or a double of it. */
const ZERO_BYTES = Buffer.alloc(8);

/** Reads an entry of a map: 1 key, 2 value. */
function readEntry(reader: StoredReader, name: string, map: Fields, valueTag: number, codec: ValueCodec): void {
  const outer = reader.enter(name);
  let key = '';
  let value: Value | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 10) key = reader.string();
    else if (tag === valueTag) value = codec.read(reader, key);
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
  if (/[\ud800-\uffff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
