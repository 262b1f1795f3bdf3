/** Numbers of pages, a bit each. */
export class PageSet {
  private readonly bits: Uint8Array;

  /** @param end the pages are below it */
  constructor(end: number) {
    this.bits = new Uint8Array(Math.ceil(end / 8));
  }

  has(id: number): boolean {
    return (this.bits[id >>> 3]! & (1 << (id & 7))) !== 0;
  }

  /** @returns false when it is there already */
  add(id: number): boolean {
    if (this.has(id)) return false;
    this.bits[id >>> 3]! |= 1 << (id & 7);
    return true;
  }
}
