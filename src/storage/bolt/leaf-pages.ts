import { type Bucket, MAX_DEPTH } from './bucket.js';
import { corrupt } from './db-file.js';
import { PAGE_HEADER } from './meta.js';
import { checkElements, checkHeader, checkPageId, ELEMENT, LEAF, type PageSource, u16, u32 } from './page.js';
import { PageSet } from './page-set.js';

/**
 * The leaf pages of a bucket in key order, found by reading its branches only, level by level: all leaves are equally deep. Whether
 * each is a leaf is checked when it is read.
 * @throws Failure when the tree is too deep, a branch is wrong, or a page occurs twice
 */
export function leafPages({ root, source, name }: Bucket): Float64Array {
  const branches = new BranchReader(source, name);
  let level: Float64Array = Float64Array.of(root.id);
  for (let depth = 1; depth <= MAX_DEPTH; depth++) {
    if (branches.isLeaf(level[0]!)) return level;
    level = branches.children(level);
  }
  throw corrupt(source.file.path, `bucket ${name}`, `the tree is deeper than ${MAX_DEPTH} pages`);
}

/** Reads pages into one piece of memory, as a large file has thousands of branches. */
class BranchReader {
  private page: Buffer;
  private readonly seen: PageSet;

  constructor(
    private readonly source: PageSource,
    private readonly name: string,
  ) {
    this.page = Buffer.allocUnsafeSlow(source.meta.pageSize);
    this.seen = new PageSet(source.meta.highWater);
  }

  isLeaf(id: number): boolean {
    this.read(id);
    return u16(this.page, 8) === LEAF;
  }

  /** The pages that these branches point to, in their order. */
  children(branches: Float64Array): Float64Array {
    const found: number[] = [];
    for (const id of branches) {
      const elements = this.readBranch(id);
      for (let i = 0; i < elements; i++) found.push(this.child(id, i));
    }
    return Float64Array.from(found);
  }

  private child(id: number, element: number): number {
    const at = PAGE_HEADER + ELEMENT * element + 8;
    const child = u32(this.page, at) + u32(this.page, at + 4) * 0x1_0000_0000;
    checkPageId(this.source, child, `page ${id}, element ${element}`);
    if (!this.seen.add(child)) throw this.problem(child, 'it stands twice in the tree');
    return child;
  }

  /** @returns how many elements it has */
  private readBranch(id: number): number {
    const length = this.read(id);
    if (u16(this.page, 8) === LEAF) throw this.problem(id, 'expected a branch, found a leaf');
    const count = u16(this.page, 10);
    if (count === 0) throw this.problem(id, 'a branch without elements');
    const elements = PAGE_HEADER + ELEMENT * count;
    if (elements > length) throw this.problem(id, `${count} elements do not fit in ${length} bytes`);
    if (elements > this.page.length) this.page = Buffer.allocUnsafeSlow(elements);
    this.fill(id, elements);
    checkElements(this.source, id, this.page, 0, length);
    return count;
  }

  /** @returns the bytes of the page, overflow included */
  private read(id: number): number {
    this.fill(id, this.source.meta.pageSize);
    return checkHeader(this.source, id, this.page);
  }

  private fill(id: number, length: number): void {
    const { file, meta } = this.source;
    const got = file.readInto(this.page, id * meta.pageSize, length);
    if (got < length) throw this.problem(id, `expected ${length} bytes, but the file ends after ${got}`);
  }

  private problem(id: number, text: string): Error {
    return corrupt(this.source.file.path, `page ${id} of bucket ${this.name}`, text);
  }
}
