/**
 * The order of auger's list of the largest. Equal sizes stand there as the sort of Go left them, which is no stable one: of few
 * objects the order is the same here, of many (and of two in a row that split badly) equal ones are in the order of their keys.
 */

/** Up to so many are sorted by insertion, and from so many on by another rule. */
const FEW = 12;
const MANY = 50;

/** The positions of the sizes, the largest first. */
export function largestFirst(sizes: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: sizes.length }, (_, position) => position);
  if (order.length >= MANY) return order.sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  new SmallSort(order, sizes).run(0, order.length);
  return order;
}

class SmallSort {
  constructor(
    private readonly order: Uint32Array,
    private readonly sizes: ArrayLike<number>,
  ) {}

  run(from: number, to: number): void {
    if (to - from <= FEW) {
      this.insert(from, to);
      return;
    }
    const pivot = this.pivot(from, to);
    // Equal to the pivot before, and nothing in this part is larger than that: elements equal to it are already in place.
    if (from > 0 && !this.isBefore(from - 1, pivot)) {
      this.run(
        this.split(from, to, pivot, (at) => !this.isBefore(from, at)),
        to,
      );
      return;
    }
    const middle = this.split(from, to, pivot, (at) => this.isBefore(at, from)) - 1;
    this.swap(from, middle);
    this.run(from, middle);
    this.run(middle + 1, to);
  }

  /** Puts the pivot in front, then all that are `left` of it, then the others; gives where these begin. */
  private split(from: number, to: number, pivot: number, left: (at: number) => boolean): number {
    this.swap(from, pivot);
    let low = from + 1;
    let high = to - 1;
    for (;;) {
      while (low <= high && left(low)) low++;
      while (low <= high && !left(high)) high--;
      if (low > high) return low;
      this.swap(low++, high--);
    }
  }

  /** The middle one of three that stand at the quarters. */
  private pivot(from: number, to: number): number {
    const quarter = Math.floor((to - from) / 4);
    let [a, b, c] = [from + quarter, from + 2 * quarter, from + 3 * quarter];
    if (this.isBefore(b, a)) [a, b] = [b, a];
    if (this.isBefore(c, b)) [b, c] = [c, b];
    return this.isBefore(b, a) ? a : b;
  }

  private insert(from: number, to: number): void {
    for (let i = from + 1; i < to; i++) {
      for (let at = i; at > from && this.isBefore(at, at - 1); at--) this.swap(at, at - 1);
    }
  }

  private isBefore(a: number, b: number): boolean {
    return this.sizes[this.order[a]!]! > this.sizes[this.order[b]!]!;
  }

  private swap(a: number, b: number): void {
    [this.order[a], this.order[b]] = [this.order[b]!, this.order[a]!];
  }
}
