import { ErrorCode, ProtocolError } from '../protocol.js';
import { decodeHuffman } from './huffman.js';
import { DynamicTable, type Field, fieldSize } from './tables.js';

/** What SETTINGS allow the server's table by default (RFC 9113 §6.5.2); we do not say otherwise. */
const TABLE_SIZE = 4096;
/** etcd's answers have less than ten. */
const MAX_FIELDS = 256;
/** No index, length or size that can be meant has more. */
const MAX_INTEGER = 0x0fffffff;

/** A header block's fields, in order. */
export interface HeaderList {
  fields: Field[];
  /** Whether the list was longer than is taken; `fields` has what came before that. */
  tooLarge: boolean;
}

/** Decodes the header blocks of one connection, each of which may build on those before (RFC 7541). */
export class HpackDecoder {
  private readonly table = new DynamicTable(TABLE_SIZE);
  private block: Buffer = Buffer.alloc(0);
  private pos = 0;

  /** @param maxListSize what the fields may have together, as RFC 9113 §6.5.2 counts it */
  constructor(private readonly maxListSize: number) {}

  /** @throws ProtocolError when the block is not HPACK: what the tables hold is not known then. */
  decode(block: Buffer): HeaderList {
    this.block = block;
    this.pos = 0;
    const fields: Field[] = [];
    let size = 0;
    let count = 0;
    while (this.pos < block.length) {
      const field = this.readField(count === 0);
      if (!field) continue;
      size += fieldSize(field);
      // A block that is too large is read to its end all the same: the next one may build on it.
      count += 1;
      if (size <= this.maxListSize && count <= MAX_FIELDS) fields.push(field);
    }
    return { fields, tooLarge: fields.length < count };
  }

  /** A field by its first byte (§6), or undefined for a change of the table's size, which only stands in front. */
  private readField(first: boolean): Field | undefined {
    const byte = this.block[this.pos] as number;
    if (byte & 0x80) return this.indexed(this.integer(7));
    if (byte & 0x40) {
      const field = this.literal(6);
      this.table.add(field);
      return field;
    }
    if (byte & 0x20) {
      if (!first) throw bad('a table size behind a field');
      const size = this.integer(5);
      if (size > TABLE_SIZE) throw bad(`a table of ${size} bytes`);
      this.table.resize(size);
      return undefined;
    }
    return this.literal(4);
  }

  private indexed(index: number): Field {
    const field = this.table.at(index);
    if (!field) throw bad(`no field has the index ${index}`);
    return field;
  }

  private literal(prefixBits: number): Field {
    const index = this.integer(prefixBits);
    const name = index === 0 ? this.string() : this.indexed(index)[0];
    return [name, this.string()];
  }

  /** An integer whose first bits share a byte with what stands before (§5.1). */
  private integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (value > MAX_INTEGER || shift > 28) throw bad('a number is too large');
      if (byte < 0x80) return value;
    }
  }

  /** Each byte is a character: header values are no UTF-8. */
  private string(): string {
    const coded = ((this.block[this.pos] ?? 0) & 0x80) !== 0;
    const length = this.integer(7);
    const end = this.pos + length;
    if (end > this.block.length) throw bad('a text is cut short');
    const bytes = this.block.subarray(this.pos, end);
    this.pos = end;
    const text = coded ? decodeHuffman(bytes) : bytes;
    if (!text) throw bad('a text is not in the Huffman code');
    return text.toString('latin1');
  }

  private byte(): number {
    const byte = this.block[this.pos];
    if (byte === undefined) throw bad('it is cut short');
    this.pos += 1;
    return byte;
  }
}

function bad(why: string): ProtocolError {
  return new ProtocolError(ErrorCode.COMPRESSION_ERROR, `header block: ${why}`);
}
