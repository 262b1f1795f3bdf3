/**
 * Writing objects to etcd: the one way from an object to a key. What is stored is encoded as the API server would, sealed where the
 * cluster seals it, and put only over what was read; what was there is kept in a file before.
 */
import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import type { EtcdClient } from '../etcd/client.js';
import { deleteIfUnchanged, type GuardedEnd, type GuardedPut, putIfUnchanged } from '../etcd/guarded-write.js';
import { describeEncrypted } from '../k8s-decode/encryption/describe.js';
import { type Encoding, encodeStored, type Fields, type Stored } from '../k8s-decode/index.js';
import { BackupFile } from './backup-file.js';
import { inStoredLayout } from './edited.js';

/** The form in which an object is to be stored. */
export interface StoredForm {
  encoding: Encoding;
  /** Whether JSON ends with a newline, as the API server's does. */
  lineEnd: boolean;
}

/** The form of a value that is stored already. */
export function formOf({ encoding }: Stored, plain: Buffer): StoredForm {
  return { encoding, lineEnd: plain.at(-1) === 0x0a };
}

/** As the API server writes in an encoding. */
export function newForm(encoding: Encoding): StoredForm {
  return { encoding, lineEnd: true };
}

/**
 * The bytes that are stored for an object under a key.
 * @param resembles a value that is stored under the key, or beside it: what is written is encrypted where that is
 * @throws Failure for an object that cannot be encoded, or would have to be encrypted
 */
export async function storedBytes(
  object: Fields,
  key: string,
  form: StoredForm,
  resembles: Buffer | undefined,
): Promise<Buffer> {
  const { encoding, lineEnd } = form;
  const encoded = await encodeStored(object, { encoding, key });
  const plain = encoding === 'json' && !lineEnd ? encoded.subarray(0, -1) : encoded;
  return seal(plain, key, resembles);
}

/** An object that was changed, in the order of fields and with the spellings of the one that is stored. */
export function likeStored(stored: Fields, object: Fields): Fields {
  return inStoredLayout(stored, object) as Fields;
}

/** A value as it stands in etcd: the place where encryption at rest is put around it. */
function seal(plain: Buffer, key: string, resembles: Buffer | undefined): Buffer {
  if (resembles) refuseEncrypted(key, resembles);
  return plain;
}

/** @throws Failure for a value that is encrypted: what is written in its place would not be */
export function refuseEncrypted(what: string, value: Buffer): void {
  const encrypted = describeEncrypted(value);
  if (!encrypted) return;
  const { provider, keyName } = encrypted;
  throw new Failure(`${what} is encrypted at rest (by ${provider} with key ${JSON.stringify(keyName)})`, {
    hint: 'ketcdctl reads such values, but does not write them: change it through the API server',
  });
}

/** Writes to etcd what is still as it was read, after what is there was kept in a file. */
export class ObjectWriter {
  private readonly backup: BackupFile;

  /** @param backupDir where that file is made */
  constructor(
    private readonly client: EtcdClient,
    backupDir: string,
  ) {
    this.backup = BackupFile.in(backupDir);
  }

  /** @param old what is there; undefined: nothing may be there */
  put(put: GuardedPut, old: IKeyValue | undefined): Promise<GuardedEnd> {
    return this.write(old, () => putIfUnchanged(this.client, put, old?.mod_revision ?? '0'));
  }

  delete(old: IKeyValue): Promise<GuardedEnd> {
    return this.write(old, () => deleteIfUnchanged(this.client, old.key, old.mod_revision));
  }

  private async write(old: IKeyValue | undefined, write: () => Promise<GuardedEnd>): Promise<GuardedEnd> {
    if (!old) return write();
    const { key, mod_revision, lease, value } = old;
    this.backup.keep({ key: key.toString(), mod_revision, lease, value });
    // Of a write that breaks off nobody knows whether it was done: the value is kept.
    const end = await write();
    if (!end.done) this.backup.takeBack();
    return end;
  }

  /** Ends the file; a file that keeps nothing is removed. Where it is and how many old values it keeps, or undefined. */
  end(): { path: string; count: number } | undefined {
    const { path, count } = this.backup;
    if (count === 0) this.backup.discard();
    else this.backup.close();
    return count === 0 ? undefined : { path, count };
  }
}
