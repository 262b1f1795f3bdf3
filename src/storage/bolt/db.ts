import { Bucket } from './bucket.js';
import { corrupt, DbFile, resolveDbPath } from './db-file.js';
import { type Meta, readMeta } from './meta.js';
import { Page, type PageSource } from './page.js';

/** A bbolt file at one committed state, for reading. */
export class BoltDb implements PageSource {
  readonly file: DbFile;
  readonly meta: Meta;

  /**
   * @param path a database or snapshot file, or a data directory
   * @param name what errors call it
   * @param directories false: a data directory is refused
   */
  constructor(path: string, { name, directories = true }: { name?: string | undefined; directories?: boolean } = {}) {
    this.file = new DbFile(directories ? resolveDbPath(path) : path, name);
    try {
      this.meta = readMeta(this.file);
    } catch (error) {
      this.file.close();
      throw error;
    }
  }

  /** The top-level buckets' parent. */
  get root(): Bucket {
    return new Bucket(this, Page.read(this, this.meta.root), 'root');
  }

  /** @throws Failure when there is no such bucket. */
  bucket(name: string): Bucket {
    const bucket = this.root.bucket(name);
    if (!bucket) throw corrupt(this.file.path, 'no etcd database', `expected a bucket ${JSON.stringify(name)}`);
    return bucket;
  }

  close(): void {
    this.file.close();
  }
}
