/**
 * Writing objects to etcd: the one way from an object to a key. What is stored is encoded as the API server would, sealed where the
 * cluster seals it, and put only over what was read; what was there is kept in a file before.
 */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { EtcdClient } from '../etcd/client.js';
import {
  deleteIfUnchanged,
  type GuardedEnd,
  type GuardedEnds,
  type GuardedPut,
  putAllIfUnchanged,
  putIfUnchanged,
} from '../etcd/guarded-write.js';
import { type Encoding, encodeStored, type Fields, type Stored } from '../k8s-decode/index.js';
import { BackupFile } from './backup-file.js';
import { inStoredLayout } from './edited.js';
import { qualifiedName, type Resource } from './resources.js';
import type { KeyedValue, StoredValues } from './values.js';

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

/** Where an object is to be stored. */
export interface StoredPlace {
  key: string;
  /** Undefined for what nobody declares. */
  resource: Resource | undefined;
  /** A value that is stored under the key, or beside it. */
  resembles: KeyedValue | undefined;
}

/**
 * The bytes that are stored for an object: encrypted where the cluster encrypts its resource.
 * @param values has the keys for that
 * @throws Failure for an object that cannot be encoded, or would have to be encrypted with a key that is not at hand
 */
export async function storedBytes(
  values: StoredValues,
  object: Fields,
  place: StoredPlace,
  form: StoredForm,
): Promise<Buffer> {
  const { encoding, lineEnd } = form;
  const encoded = await encodeStored(object, { encoding, key: place.key });
  return sealed(values, encoding === 'json' && !lineEnd ? encoded.subarray(0, -1) : encoded, place);
}

/** A plain value as it stands in etcd. */
export function sealed(
  values: StoredValues,
  plain: Buffer,
  { key, resource, resembles }: StoredPlace,
): Promise<Buffer> {
  const name = resource && !resource.internal ? qualifiedName(resource) : undefined;
  return values.seal(Buffer.from(key), plain, name, resembles);
}

/** An object that was changed, in the order of fields and with the spellings of the one that is stored. */
export function likeStored(stored: Fields, object: Fields): Fields {
  return inStoredLayout(stored, object) as Fields;
}

/** A put, and what is there; undefined: nothing may be there. */
export interface GuardedWrite {
  put: GuardedPut;
  old: IKeyValue | undefined;
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

  /** Puts some, all or none; each over what is there as it was read. */
  async putAll(writes: readonly GuardedWrite[]): Promise<GuardedEnds> {
    const olds = writes.flatMap(({ old }) => old ?? []);
    this.backup.keepAll(olds.map((old) => ({ ...old, key: old.key.toString() })));
    const end = await putAllIfUnchanged(
      this.client,
      writes.map(({ put, old }) => ({ ...put, modRevision: old?.mod_revision ?? '0' })),
    );
    if (!end.done && olds.length > 0) this.backup.takeBack();
    return end;
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
