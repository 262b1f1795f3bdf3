/** Writes a snapshot anew with other keys and values in all revisions: no page that was free and nothing that was replaced is in it. */
import { statSync } from 'node:fs';
import { Cursor } from '../../base/wire/cursor.js';
import { copyDatabase } from '../bolt/create.js';
import { corrupt } from '../bolt/db-file.js';
import { EtcdFile, readRecord } from '../mvcc/etcd-file.js';
import { RevisionScan } from '../mvcc/revision-scan.js';
import { checkHash } from './hash-check.js';

/** Changes a snapshot's content, each key and value in place. */
interface Rewriting {
  /** Told all keys before the first value comes. */
  seeKey?: ((key: string) => void) | undefined;
  /** Called with each value and the key as it was, and then with the key. */
  value: (key: string, value: Buffer) => void | Promise<void>;
  key: (key: Buffer) => void;
  /** The hash of the password of an etcd user. */
  password: (hash: Buffer) => void;
}

/** What was written. */
interface Rewritten {
  /** Bytes of both files. */
  before: number;
  after: number;
  /** Records of all revisions, deletions included. */
  records: number;
}

/**
 * Writes a snapshot whose revisions, leases and members are those of another one.
 * @param name what errors call the source
 * @throws HashMismatch: the new file's hash would make the damage look sound; Failure for a file that is damaged
 */
export async function rewriteFile(
  source: string,
  target: string,
  rewriting: Rewriting,
  name = source,
): Promise<Rewritten> {
  const file = new EtcdFile(source, name);
  let records = 0;
  try {
    const sound = checkHash(file.db.file.location, name);
    // Awaited before the new file gets its name; until then a mismatch is not to count as unhandled.
    sound.catch(() => {});
    const { seeKey } = rewriting;
    if (seeKey) {
      new RevisionScan(file.history).run(({ bytes, keyStart, keyEnd }) => seeKey(bytes.latin1Slice(keyStart, keyEnd)));
    }
    const slab = new Slab();
    const change = (bucket: string, revision: Buffer, original: Buffer): Buffer | Promise<Buffer> => {
      if (bucket !== 'key' && bucket !== 'authUsers') return original;
      const bytes = slab.copy(original);
      if (bucket === 'authUsers') return withPassword(bytes, rewriting.password);
      records++;
      const record = readRecord(bytes);
      if (!record) throw corrupt(name, `revision ${revision.toString('hex')}`, 'expected an mvccpb.KeyValue');
      const { key, value } = record;
      const changing = value.length > 0 ? rewriting.value(key.utf8Slice(0, key.length), value) : undefined;
      if (!changing) rewriting.key(key);
      else {
        return changing.then(() => {
          rewriting.key(key);
          return bytes;
        });
      }
      return bytes;
    };
    await copyDatabase(file.db.root, target, { change }, { hash: true, sound });
    return { before: file.db.file.size, after: statSync(target).size, records };
  } finally {
    file.close();
  }
}

/** Copies of records, many in one piece of memory: they are dropped soon, and one by one they would keep the collector busy. */
class Slab {
  private bytes = Buffer.alloc(0);
  private used = 0;

  copy(source: Buffer): Buffer {
    if (this.used + source.length > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, source.length));
      this.used = 0;
    }
    const start = this.used;
    this.used += source.length;
    source.copy(this.bytes, start);
    return this.bytes.subarray(start, this.used);
  }
}

const SLAB_BYTES = 1 << 20;

/** An authpb.User {1 name, 2 password} with another password's hash. */
function withPassword(user: Buffer, password: (hash: Buffer) => void): Buffer {
  const cursor = new Cursor(user, 0, user.length);
  while (cursor.more) {
    const tag = cursor.varint();
    if (tag !== 0x12) {
      cursor.skip(Number(tag) & 7);
      continue;
    }
    const end = cursor.skipBytes();
    password(user.subarray(cursor.bytesStart, end));
  }
  return user;
}
