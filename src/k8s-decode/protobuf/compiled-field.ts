/** What a field of a message becomes: what fills its slot, shows it, and writes it. */
import type { Fields } from '../value.js';
import type { MessageRef } from './table.js';
import type { StoredReader, StoredWriter } from './wire.js';

/** What has been read of a message: a slot a field, undefined where it was absent. */
export type Slots = unknown[];

/** A compiled field. */
export interface CompiledField {
  number: number;
  /** The tags under which it stands, and how a value under each is read. */
  readers: [tag: number, read: (reader: StoredReader, slots: Slots) => void][];
  /** Whether JSON shows nothing of it where it was absent. */
  hiddenIfAbsent: boolean;
  show(slots: Slots, into: Fields): void;
  write(writer: StoredWriter, object: Fields): void;
}

/** What a field needs of the message that it stands in, or that it holds; message.ts has the class. */
export interface FieldMessage {
  readonly ref: MessageRef;
  /** Where its unknown fields are shown. */
  readonly unknownName: string;
  /** The names that its JSON may have. */
  readonly names: Set<string>;
  read(reader: StoredReader, slots?: Slots): Slots;
  show(slots: Slots, into: Fields): Fields;
  write(writer: StoredWriter, object: Fields): void;
  requireKnown(writer: StoredWriter, object: Fields): void;
}
