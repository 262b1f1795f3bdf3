/**
 * The meta pages of a bbolt file (bbolt: internal/common/meta.go). Page 0 and page 1 each hold one, and the valid one of the later
 * transaction counts: a commit writes its pages first and then the older of the two.
 *
 *     16 bytes page header, then little-endian:
 *      0 u32 magic    4 u32 version    8 u32 page size   12 u32 flags
 *     16 u64 root page of the root bucket                24 u64 its sequence
 *     32 u64 freelist page, or all ones when the freelist is not stored
 *     40 u64 high water mark: pages in use are below it  48 u64 transaction    56 u64 FNV-1a 64 of the bytes before
 */
import { corrupt, type DbFile } from './db-file.js';

export const META_MAGIC = 0xed0cdaed;
export const BOLT_VERSION = 2;
/** In place of a freelist page: the free pages have to be found by walking the tree. */
export const NO_FREELIST = 0xffff_ffff_ffff_ffffn;

/** Flag of a meta page. */
export const META = 0x04;
export const PAGE_HEADER = 16;
export const META_SIZE = 64;
const SMALLEST_PAGE = 1024;
const LARGEST_PAGE = 1 << 24;

export interface Meta {
  pageSize: number;
  /** The root bucket's root page. */
  root: number;
  /** Undefined when it is not stored. */
  freelist: number | undefined;
  highWater: number;
  txid: bigint;
}

/** FNV-1a, 64 bits. */
export function fnv1a64(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

/** Reads one meta, without its page header. Gives a text that says why it is not valid. */
function parseMeta(bytes: Buffer): Meta | string {
  if (bytes.length < META_SIZE) return `expected ${META_SIZE} bytes, found ${bytes.length}`;
  const magic = bytes.readUInt32LE(0);
  if (magic === 0xedda0ced) return 'written on a big-endian machine, which is not supported';
  if (magic !== META_MAGIC) return `expected magic ${META_MAGIC.toString(16)}, found ${magic.toString(16)}`;
  const version = bytes.readUInt32LE(4);
  if (version !== BOLT_VERSION) return `expected bbolt version ${BOLT_VERSION}, found ${version}`;
  const sum = fnv1a64(bytes.subarray(0, 56));
  const stored = bytes.readBigUInt64LE(56);
  if (sum !== stored) return `expected checksum ${sum.toString(16)}, found ${stored.toString(16)}`;
  const pageSize = bytes.readUInt32LE(8);
  if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE || (pageSize & (pageSize - 1)) !== 0)
    return `a page size of ${pageSize}`;
  const highWater = bytes.readBigUInt64LE(40);
  const root = bytes.readBigUInt64LE(16);
  if (root < 2n || root >= highWater || highWater > 1n << 40n) return `root page ${root} of ${highWater} pages`;
  const freelist = bytes.readBigUInt64LE(32);
  return {
    pageSize,
    root: Number(root),
    freelist: freelist === NO_FREELIST ? undefined : Number(freelist),
    highWater: Number(highWater),
    txid: bytes.readBigUInt64LE(48),
  };
}

/** The 64 bytes of a meta, with its checksum. */
export function formatMeta(meta: Meta): Buffer {
  const bytes = Buffer.alloc(META_SIZE);
  bytes.writeUInt32LE(META_MAGIC, 0);
  bytes.writeUInt32LE(BOLT_VERSION, 4);
  bytes.writeUInt32LE(meta.pageSize, 8);
  bytes.writeBigUInt64LE(BigInt(meta.root), 16);
  bytes.writeBigUInt64LE(meta.freelist === undefined ? NO_FREELIST : BigInt(meta.freelist), 32);
  bytes.writeBigUInt64LE(BigInt(meta.highWater), 40);
  bytes.writeBigUInt64LE(meta.txid, 48);
  bytes.writeBigUInt64LE(fnv1a64(bytes.subarray(0, 56)), 56);
  return bytes;
}

/** The valid meta pages within the first bytes of a file. */
export function metasIn(head: Buffer): Meta[] {
  const places = [0];
  for (let size = SMALLEST_PAGE; size < head.length; size *= 2) places.push(size);
  const metas = places.map((at) => parseMeta(head.subarray(at + PAGE_HEADER)));
  return metas.filter((meta) => typeof meta !== 'string');
}

function metaAt(file: DbFile, offset: number): Meta | string {
  const bytes = Buffer.alloc(META_SIZE);
  const got = file.readInto(bytes, offset + PAGE_HEADER, META_SIZE);
  return parseMeta(bytes.subarray(0, got));
}

/**
 * The last committed meta of a file. The page size is told by the first meta; where that is damaged, the second is looked for behind
 * pages of 1 KiB to 64 KiB and more, as bbolt does.
 * @throws Failure when neither is valid, or when the file ends before the pages do.
 */
export function readMeta(file: DbFile): Meta {
  const first = metaAt(file, 0);
  let second: Meta | string = 'not found';
  if (typeof first !== 'string') {
    second = metaAt(file, first.pageSize);
  } else {
    for (let size = SMALLEST_PAGE; size <= LARGEST_PAGE && typeof second === 'string'; size *= 2) {
      const found = metaAt(file, size);
      if (typeof found === 'string' || found.pageSize === size) second = found;
    }
  }
  const meta = newer(first, second);
  if (!meta)
    throw corrupt(file.path, 'invalid database', `meta page 0: ${first}; meta page 1: ${second}`, 'invalid database');
  const needed = meta.highWater * meta.pageSize;
  if (file.size < needed) {
    throw corrupt(
      file.path,
      'cut short',
      `expected ${meta.highWater} pages, ${needed} bytes, found ${file.size} bytes`,
    );
  }
  return meta;
}

function newer(first: Meta | string, second: Meta | string): Meta | undefined {
  if (typeof first === 'string') return typeof second === 'string' ? undefined : second;
  if (typeof second === 'string' || second.pageSize !== first.pageSize) return first;
  return second.txid > first.txid ? second : first;
}
