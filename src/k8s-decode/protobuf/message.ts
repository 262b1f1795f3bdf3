/**
 * Messages of the schema, compiled on first use: a message's fields become closures that read, show and write them.
 *
 * Reading a message fills a row of slots, one a field (and one for fields that the schema does not know); showing it
 * makes the JSON object of them, by the rules of Go's tags. In between a message that stands twice is merged, as Go does.
 */
import { Failure } from '../../base/errors.js';
import type { Fields } from '../value.js';
import type { CompiledField, FieldMessage, Slots } from './compiled-field.js';
import { compileField } from './field.js';
import { type FieldMask, wantedOf } from './field-mask.js';
import { type FieldEntry, fieldsOf, type MessageRef, type SchemaPackage } from './table.js';
import { readUnknown, showUnknown, UNKNOWN, type UnknownField, unknownEntries, writeUnknown } from './unknown.js';
import { type StoredReader, type StoredWriter, wrongWireType } from './wire.js';

/** By the package of the message, or by the mask through which it is read. */
const compiled = new WeakMap<SchemaPackage | FieldMask, Map<string, Message>>();

/** A compiled message. */
export class Message implements FieldMessage {
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
    private readonly mask: FieldMask | undefined,
  ) {}

  /**
   * The message `ref`, whose unknown fields are shown under `unknownName`. With a mask it is for reading alone.
   */
  static of(ref: MessageRef, unknownName = UNKNOWN, mask?: FieldMask): Message {
    let messages = compiled.get(mask ?? ref.schema);
    if (!messages) {
      messages = new Map();
      compiled.set(mask ?? ref.schema, messages);
    }
    const key = mask ? `${ref.schema.name} ${ref.name} ${unknownName}` : `${ref.name} ${unknownName}`;
    let message = messages.get(key);
    if (!message) {
      message = new Message(ref, unknownName, mask);
      // Registered before its fields are compiled: messages may contain themselves.
      messages.set(key, message);
      message.compile();
    }
    return message;
  }

  private compile(): void {
    const entries = fieldsOf(this.ref).filter((entry) => this.isWanted(entry));
    this.unknownSlot = entries.length;
    this.names.add(this.unknownName);
    this.fields = entries.map((entry, slot) => {
      if (entry.name !== '' && entry.name !== '-') this.names.add(entry.name);
      return compileField({ message: this, messageOf: this.messagesIn(entry) }, entry, slot);
    });
    for (const { readers } of this.fields) for (const [tag, read] of readers) this.readers[tag] = read;
    this.byNumber = [...this.fields].sort((a, b) => a.number - b.number);
    if (this.ref.schema.kinds.split(' ').includes(this.ref.name)) this.names.add('kind').add('apiVersion');
  }

  /** Whether the mask lets the field through; if not, its bytes will be passed over. */
  private isWanted({ name, number }: FieldEntry): boolean {
    if (!this.mask || wantedOf(this.mask, name) !== false) return true;
    for (const wire of [0, 1, 2, 5]) {
      const tag = (number << 3) | wire;
      this.readers[tag] = (reader) => reader.skipField(tag);
    }
    return false;
  }

  /** What finds the messages that a field holds: through the part of the mask that is the field's. */
  private messagesIn({ name }: FieldEntry): typeof Message.of {
    const wanted = this.mask && wantedOf(this.mask, name);
    return typeof wanted === 'object' ? (ref, unknownName) => Message.of(ref, unknownName, wanted) : Message.of;
  }

  /** Reads up to the reader's end, into the slots of an earlier occurrence if there was one. */
  read(reader: StoredReader, slots: Slots = new Array(this.unknownSlot + 1)): Slots {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const tag = reader.tag();
      const read = this.readers[tag];
      if (read) read(reader, slots);
      else this.unread(reader, start, tag, slots);
    }
    return slots;
  }

  /** A field that the schema has not is kept; one that it has in another wire type is corrupt, as it is for Kubernetes. */
  private unread(reader: StoredReader, start: number, tag: number, slots: Slots): void {
    const known = this.fields.find(({ number }) => number === tag >>> 3);
    if (known) throw wrongWireType(tag);
    this.keepUnknown(readUnknown(reader, start, tag), slots);
  }

  private keepUnknown(field: UnknownField, slots: Slots): void {
    const list = slots[this.unknownSlot] as UnknownField[] | undefined;
    if (list) list.push(field);
    else slots[this.unknownSlot] = [field];
  }

  /** Adds to `into` what JSON shows of the message; an absent one shows its zero values. */
  show(slots: Slots, into: Fields): Fields {
    const { fields } = this;
    for (let slot = 0; slot < fields.length; slot++) {
      const field = fields[slot]!;
      // Most fields are absent from most messages.
      if (slots[slot] !== undefined || !field.hiddenIfAbsent) field.show(slots, into);
    }
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
