/** Keys seen as paths: `/a/b` is the key b in the folder `/a/`. */
import type { IRangeRequest } from 'etcd3/lib/rpc';
import { keyAfter, OPEN_END, prefixRange } from '../rpc/keys.js';
import type { EtcdClient } from './client.js';

const SLASH = 0x2f;

/** What is in a folder. */
export interface Child {
  /** The whole key; of a folder up to its slash. */
  key: Buffer;
  folder: boolean;
}

/** The folder that a path names: with its slash. The empty path is the root, where keys without a slash in front are too. */
export function folderOf(path: string): Buffer {
  return Buffer.from(path === '' || path.endsWith('/') ? path : `${path}/`);
}

/** What the key `key` makes visible in the folder. At the root a slash in front belongs to the name. */
export function childOf(folder: Buffer, key: Buffer): Child {
  const from = folder.length === 0 && key[0] === SLASH ? 1 : folder.length;
  const slash = key.indexOf(SLASH, from);
  return slash < 0 ? { key, folder: false } : { key: key.subarray(0, slash + 1), folder: true };
}

/** Keys of the first page, and of each page behind a folder, whose other keys nobody asked for. */
const FEW = 16;
const MANY = 2000;

/**
 * The children of a folder, in the order of their keys, at one revision. Costs a request for each folder in it, however many keys that
 * has, and one for some thousand keys.
 * @param revision '0': the newest, when the first request is made
 */
export async function* listFolder(client: EtcdClient, folder: Buffer, revision = '0'): AsyncGenerator<Child> {
  const { key: first, range_end } = prefixRange(folder);
  let key = first;
  let pinned = revision;
  for (let limit = FEW; ; ) {
    const request: IRangeRequest = { key, range_end, keys_only: true, limit: String(limit), revision: pinned };
    const page = await client.kv.range(request);
    if (pinned === '0') pinned = page.header.revision;
    let behind: Buffer | undefined;
    for (const kv of page.kvs) {
      if (behind && Buffer.compare(kv.key, behind) < 0) continue;
      const child = childOf(folder, kv.key);
      yield child;
      behind = child.folder ? prefixRange(child.key).range_end : undefined;
    }
    const last = page.kvs.at(-1);
    if (!page.more || !last || behind?.equals(OPEN_END)) return;
    limit = behind ? FEW : Math.min(limit * 4, MANY);
    key = behind ?? keyAfter(last.key);
    if (!range_end.equals(OPEN_END) && Buffer.compare(key, range_end) >= 0) return;
  }
}

/** How many keys are in a folder and all folders in it. */
export async function countKeys(client: EtcdClient, folder: Buffer, revision = '0'): Promise<string> {
  const { count } = await client.kv.range({ ...prefixRange(folder), count_only: true, revision });
  return count;
}
