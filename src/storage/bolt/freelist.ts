/**
 * The list of free pages, where a file has one (bbolt: internal/freelist): etcd stored it up to 3.2. It is a page of flags 0x10 whose
 * elements are u64 page numbers; from 65,535 elements on, the first is their number. A page that is on the list although the tree uses it
 * would be given out again by the next write.
 */
import type { BoltDb } from './db.js';
import { corrupt } from './db-file.js';
import { PAGE_HEADER } from './meta.js';
import { u16, u32 } from './page.js';
import type { PageSet } from './page-set.js';

const FREELIST = 0x10;
/** The number of elements that stands for more of them. */
const MANY = 0xffff;

/** What is wrong with a list, in bbolt's words. */
export interface FreelistProblems {
  problems: string[];
  /** Free pages behind the last page, which bbolt does not look for. */
  beyondEnd: number[];
}

/**
 * Holds the list against the tree; without a stored list there is nothing wrong.
 * @param used the pages of the tree
 * @throws Failure when the list cannot be read
 */
export function checkFreelist(db: BoltDb, used: PageSet): FreelistProblems {
  const { freelist, highWater } = db.meta;
  const found: FreelistProblems = { problems: [], beyondEnd: [] };
  if (freelist === undefined) return found;
  const { ids, pages } = readFreelist(db, freelist);
  const free = new Set<number>();
  for (const id of ids) {
    if (free.has(id)) found.problems.push(`page ${id}: already freed`);
    free.add(id);
    if (id >= highWater) found.beyondEnd.push(id);
    else if (used.has(id)) found.problems.push(`page ${id}: reachable freed`);
  }
  for (let id = 2; id < highWater; id++) {
    const isList = id >= freelist && id < freelist + pages;
    if (!isList && !used.has(id) && !free.has(id)) found.problems.push(`page ${id}: unreachable unfreed`);
  }
  return found;
}

/** The numbers of the free pages, and how many pages the list itself takes. */
function readFreelist({ file, meta }: BoltDb, id: number): { ids: number[]; pages: number } {
  const problem = (text: string): Error => corrupt(file.path, `page ${id}, the freelist`, text);
  if (id < 2 || id >= meta.highWater) throw problem(`expected a page from 2 to ${meta.highWater - 1}`);
  const start = id * meta.pageSize;
  const head = file.read(start, PAGE_HEADER + 8);
  const flags = u16(head, 8);
  if (flags !== FREELIST) throw problem(`expected flags 0x10, found 0x${flags.toString(16)}`);
  const pages = u32(head, 12) + 1;
  const many = u16(head, 10) === MANY;
  const count = many ? Number(head.readBigUInt64LE(PAGE_HEADER)) : u16(head, 10);
  const first = PAGE_HEADER + (many ? 8 : 0);
  const length = Math.min(pages, meta.highWater - id) * meta.pageSize;
  if (first + 8 * count > length) throw problem(`${count} elements do not fit in ${length} bytes`);
  const bytes = file.read(start + first, 8 * count);
  return { ids: Array.from({ length: count }, (_, i) => Number(bytes.readBigUInt64LE(8 * i))), pages };
}
