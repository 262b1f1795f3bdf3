/** Random numbers, the same ones for the same seed (mulberry32). */
export class Random {
  private state = 0x9e3779b9;

  constructor(...seeds: (number | string)[]) {
    for (const char of seeds.join(' ')) this.state = Math.imul(this.state ^ char.charCodeAt(0), 0x01000193);
  }

  /** The next integer from 0 to `limit` - 1. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** From 0 to `limit` - 1, mostly small. */
  small(limit: number): number {
    return this.below(this.below(limit) + 1);
  }
}
