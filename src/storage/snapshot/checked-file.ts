import { EtcdFile } from '../mvcc/etcd-file.js';
import { plainFile } from './compressed.js';
import { checkHash } from './hash-check.js';

/**
 * Opens a snapshot, which may be compressed, a database or a data directory, for `body`; meanwhile its hash is checked.
 * @throws HashMismatch when `body` is done, however that ended, unless it failed for a damage that it can name
 */
export async function withCheckedFile<T>(path: string, body: (file: EtcdFile) => T | Promise<T>): Promise<T> {
  const plain = await plainFile(path);
  const file = new EtcdFile(plain, plain === path ? undefined : path);
  try {
    const { location, path: name } = file.db.file;
    const checked = checkHash(location, name);
    // Awaited below; until then a mismatch is not to count as unhandled.
    checked.catch(() => {});
    const result = await body(file);
    await checked;
    return result;
  } finally {
    file.close();
  }
}
