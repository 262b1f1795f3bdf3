/** A header field: its name in lower case, and its value. */
export type Field = readonly [name: string, value: string];

/** RFC 7541 Appendix A; indices begin at 1. A value stands behind `=`. */
const STATIC_TABLE: readonly Field[] = `
:authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200 :status=204 :status=206
:status=304 :status=400 :status=404 :status=500 accept-charset accept-encoding=gzip,+deflate accept-language accept-ranges accept
access-control-allow-origin age allow authorization cache-control content-disposition content-encoding content-language
content-length content-location content-range content-type cookie date etag expect expires from host if-match if-modified-since
if-none-match if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range
referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate`
  .trim()
  .split(/\s+/)
  .map((entry) => {
    const [name = '', value = ''] = entry.split('=');
    return [name, value.replace('+', ' ')];
  });

/** What each entry counts beside its text (§4.1). */
const ENTRY_OVERHEAD = 32;

/** The size of a field in a table, or in a header list. */
export function fieldSize([name, value]: Field): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}

/** Index in the static table: of the whole field where it has that, else of its name. */
export function staticIndex(name: string, value: string): { whole: number } | { name: number } | undefined {
  let named = 0;
  for (let index = 1; index <= STATIC_TABLE.length; index += 1) {
    const entry = STATIC_TABLE[index - 1]!;
    if (entry[0] !== name) continue;
    if (entry[1] === value) return { whole: index };
    named ||= index;
  }
  return named > 0 ? { name: named } : undefined;
}

/** The fields that the sender has had the receiver remember, newest first, behind the static ones (§2.3). */
export class DynamicTable {
  /** Oldest first. */
  private readonly entries: Field[] = [];
  private size = 0;

  /** @param maxSize at most this, which the receiver's SETTINGS allow */
  constructor(private maxSize: number) {}

  /** The field at an index of both tables; undefined when there is none. */
  at(index: number): Field | undefined {
    if (index <= STATIC_TABLE.length) return STATIC_TABLE[index - 1];
    return this.entries[this.entries.length - (index - STATIC_TABLE.length)];
  }

  /** One that is larger than the table empties it (§4.4). */
  add(field: Field): void {
    this.entries.push(field);
    this.size += fieldSize(field);
    this.evict();
  }

  resize(maxSize: number): void {
    this.maxSize = maxSize;
    this.evict();
  }

  private evict(): void {
    let evicted = 0;
    for (; this.size > this.maxSize; evicted += 1) this.size -= fieldSize(this.entries[evicted] as Field);
    this.entries.splice(0, evicted);
  }
}
