/** Repairs for one value that no API server reads: what can be had of it, from itself, its history or a snapshot. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import type { EtcdClient } from '../etcd/client.js';
import { keyAt } from '../etcd/key-history.js';
import { isEncrypted } from '../k8s-decode/encryption/describe.js';
import { decodeStored, encodeStored, type Fields, type Stored } from '../k8s-decode/index.js';
import { salvage, type Wanted } from '../k8s-decode/salvage.js';
import { field } from '../k8s-decode/value.js';
import { prefixRange } from '../rpc/keys.js';
import type { Cluster, KeyPlace } from './cluster.js';
import { keyProblems, typeProblem } from './verify.js';

export const REPAIRS = ['other-key', 'envelope', 'tail', 'name', 'fields', 'revision', 'snapshot'] as const;
type RepairName = (typeof REPAIRS)[number];

/** A way to mend a value. */
export interface Repair {
  repair: RepairName;
  /** What was wrong, or where it is from. */
  how: string;
  /** What is not in it any more; empty where nothing is. */
  lost: string;
  plain: Buffer;
  stored: Stored;
}

export interface Diagnosis {
  kv: IKeyValue;
  place: KeyPlace;
  /** What is wrong with the value; none: it is sound. */
  problems: string[];
  /** The best first. */
  repairs: Repair[];
  /** A sound value of the same resource: what is written has to be like it. */
  neighbour: IKeyValue | undefined;
}

/** How many older revisions are looked at, and how many values beside it. */
const MOST_REVISIONS = 100;
const MOST_NEIGHBOURS = 20;

/** How many fields are left out. */
const MOST_MISFITS = 20;

/**
 * Looks at one value.
 * @param snapshot where an older value may be, too
 * @throws Failure when the key is not there, or is of no resource
 */
export async function diagnose(cluster: Cluster, key: string, snapshot: EtcdClient | undefined): Promise<Diagnosis> {
  const place = (await cluster.keyReader())(key);
  const [kv] = (await cluster.client.kv.range({ key: Buffer.from(key) })).kvs;
  if (!kv) throw new Failure(`there is no key ${key}`, { hint: '`k8s restore` brings back what was deleted' });
  if (!place || place.resource.internal) {
    throw new Failure(`${key} is no key of an object`, { hint: '`get`, `history` and `put` work on any key' });
  }
  const rescue = new Rescue(cluster, key, place);
  const { problems, opened } = await rescue.problemsOf(kv.value);
  if (problems.length === 0) return { kv, place, problems, repairs: [], neighbour: undefined };
  const neighbour = await rescue.neighbour();
  const repairs = await rescue.repairs(kv, opened, neighbour);
  if (snapshot) repairs.push(...(await rescue.fromSnapshot(snapshot)));
  return { kv, place, problems, repairs, neighbour };
}

class Rescue {
  constructor(
    private readonly cluster: Cluster,
    private readonly key: string,
    private readonly place: KeyPlace,
  ) {}

  /** What keeps an API server from reading a value; `opened`: what is in it, where it opens. */
  async problemsOf(value: Buffer): Promise<{ problems: string[]; opened: Buffer | undefined }> {
    let opened: Buffer | undefined;
    try {
      opened = await this.cluster.values.open(Buffer.from(this.key), value);
      const { problems } = await this.judge(opened);
      return { problems, opened };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { problems: [this.withoutKey(error.message)], opened };
    }
  }

  /** @throws Failure for bytes that do not decode */
  private async judge(plain: Buffer): Promise<{ stored: Stored; problems: string[] }> {
    const stored = await decodeStored(plain, { key: this.key });
    const { key, place } = this;
    const problems = [...keyProblems({ ...place, key }, place.resource, stored.object)].map(({ problem }) => problem);
    const problem = place.resource.custom ? undefined : await typeProblem(stored);
    return { stored, problems: problem ? [...problems, problem] : problems };
  }

  private withoutKey(message: string): string {
    return message.replace(`${this.key}: `, '');
  }

  /** A value beside it that is sound. */
  async neighbour(): Promise<IKeyValue | undefined> {
    const range = prefixRange(Buffer.from(this.cluster.folderOf(this.place.resource)));
    const { kvs } = await this.cluster.client.kv.range({ ...range, limit: String(MOST_NEIGHBOURS) });
    for (const kv of kvs) {
      if (kv.key.toString() === this.key) continue;
      const { stored } = await this.cluster.values.read(kv.key, kv.value);
      if (stored?.kind === this.place.resource.kind) return kv;
    }
    return undefined;
  }

  async repairs(kv: IKeyValue, opened: Buffer | undefined, neighbour: IKeyValue | undefined): Promise<Repair[]> {
    const found: Repair[] = [];
    const wanted = await this.wanted(neighbour);
    if (opened) await this.mend(found, opened, wanted, undefined);
    // What does not open, or opens to what is sealed once more; or it has lost what stands in front.
    const closed = opened && isEncrypted(opened) ? opened : kv.value;
    for await (const { plain, by } of this.cluster.values.openAnyhow(this.boundTo(), closed)) {
      await this.mend(found, plain, wanted, `it is sealed by ${by}`);
    }
    const older = await this.olderRevision(kv);
    if (older) found.push(older);
    return inOrder(found);
  }

  /** The type that the object should be of: as its neighbours are stored. */
  private async wanted(neighbour: IKeyValue | undefined): Promise<Wanted> {
    const { resource } = this.place;
    const sample = neighbour && (await this.cluster.values.read(neighbour.key, neighbour.value)).stored;
    const version = resource.version ?? 'v1';
    const served = resource.group === '' ? version : `${resource.group}/${version}`;
    return { apiVersion: sample?.apiVersion || served, kind: resource.kind };
  }

  /** The keys to which the value may be bound: its own, and the same below another root. */
  private boundTo(): Buffer[] {
    const path = this.key.slice(this.cluster.rootOf(this.key)?.length ?? 0);
    const keys = [this.key, ...['/registry/', '/kubernetes.io/'].map((root) => root + path)];
    return [...new Set(keys)].map((key) => Buffer.from(key));
  }

  /** Adds what can be made of a value. */
  private async mend(found: Repair[], plain: Buffer, wanted: Wanted, opening: string | undefined): Promise<void> {
    if (opening !== undefined) await this.add(found, 'other-key', opening, plain, '');
    await this.rename(found, plain, opening);
    await this.withoutMisfits(found, plain, opening);
    for (const { plain: mended, how, lost, doubt } of await salvage(plain, wanted)) {
      const text = opening === undefined ? how : `${opening}, ${how}`;
      const repair = /tail|behind/.test(how) ? 'tail' : 'envelope';
      const losses = [lost === 0 ? '' : `${lost} bytes at the end`, doubt ?? ''];
      await this.add(found, repair, text, mended, losses.filter((loss) => loss !== '').join(', '));
    }
  }

  /** An object in text, without the fields whose values are of another type than they should be. */
  private async withoutMisfits(found: Repair[], plain: Buffer, opening: string | undefined): Promise<void> {
    const stored = await decodeStored(plain).catch((error) => {
      if (error instanceof Failure) return undefined;
      throw error;
    });
    if (!stored || stored.encoding === 'protobuf' || this.place.resource.custom) return;
    let { object } = stored;
    const lost: string[] = [];
    for (let count = 0; count < MOST_MISFITS; count++) {
      const path = misfitPath(await typeProblem({ ...stored, object }));
      if (path === undefined) break;
      lost.push(path.join('.'));
      object = without(object, path);
    }
    if (lost.length === 0) return;
    const mended = await encodeStored(object, { encoding: stored.encoding, key: this.key });
    const how = 'fields were of another type';
    await this.add(found, 'fields', opening === undefined ? how : `${opening}, ${how}`, mended, lost.join(', '));
  }

  /** Keeps what is an object of the key; of the same bytes the first. */
  private async add(found: Repair[], repair: RepairName, how: string, plain: Buffer, lost: string): Promise<void> {
    if (found.some((each) => each.plain.equals(plain))) return;
    try {
      const { stored, problems } = await this.judge(plain);
      if (problems.length === 0) found.push({ repair, how, lost, plain, stored });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  /** An object that is sound but for the name and namespace in it: the key says which it is. */
  private async rename(found: Repair[], plain: Buffer, opening: string | undefined): Promise<void> {
    try {
      const { object, encoding } = await decodeStored(plain);
      const metadata = object.get('metadata');
      if (!(metadata instanceof Map)) return;
      const { name, namespace } = this.place;
      const was = [field(metadata, 'namespace'), field(metadata, 'name')].filter((part) => part).join('/');
      const renamed: Fields = new Map(metadata).set('name', name);
      if (namespace !== undefined) renamed.set('namespace', namespace);
      const key = this.key;
      const mended = await encodeStored(new Map(object).set('metadata', renamed), { encoding, key });
      const how = `the object in it was called ${was || 'nothing'}`;
      await this.add(found, 'name', opening === undefined ? how : `${opening}, ${how}`, mended, '');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  /** The newest revision before that is sound. */
  private async olderRevision({ mod_revision }: IKeyValue): Promise<Repair | undefined> {
    let before = mod_revision;
    for (let count = 0; count < MOST_REVISIONS; count++) {
      const revision = String(BigInt(before) - 1n);
      const kv = revision === '0' ? undefined : await keyAt(this.cluster.client, Buffer.from(this.key), revision);
      if (!kv) return undefined;
      const how = `as it was at revision ${kv.mod_revision}`;
      const [repair] = await this.soundValue(kv, 'revision', how, 'what was changed since');
      if (repair) return repair;
      before = kv.mod_revision;
    }
    return undefined;
  }

  async fromSnapshot(snapshot: EtcdClient): Promise<Repair[]> {
    const [kv] = (await snapshot.kv.range({ key: Buffer.from(this.key) })).kvs;
    if (!kv) return [];
    return this.soundValue(
      kv,
      'snapshot',
      `as the snapshot has it, at revision ${kv.mod_revision}`,
      'what was changed since',
    );
  }

  private async soundValue({ value }: IKeyValue, repair: RepairName, how: string, lost: string): Promise<Repair[]> {
    const found: Repair[] = [];
    const { problems, opened } = await this.problemsOf(value);
    if (problems.length === 0 && opened) await this.add(found, repair, how, opened, lost);
    return found;
  }
}

/** What loses nothing comes first; then what is older but whole; then what is left of a value that was cut. */
function inOrder(repairs: Repair[]): Repair[] {
  const rank = ({ lost, repair }: Repair): number => (lost === '' ? 0 : repair === 'revision' ? 1 : 2);
  return repairs.sort((a, b) => rank(a) - rank(b));
}

/** The field that a failure to encode names: `data.a: expected …`, or `metadata: expected an object in annotations, …`. */
function misfitPath(problem: string | undefined): string[] | undefined {
  const [, path, inner] = /^(\S+): expected .*?(?: in (\w+))?, not /.exec(problem ?? '') ?? [];
  if (path === undefined) return undefined;
  const names = path === 'the object' ? [] : path.split('.');
  return inner === undefined ? names : [...names, inner];
}

/** An object without one field, or without the item of a list that is named `containers[1]`, and all in it. */
function without(object: Fields, [name = '', ...rest]: readonly string[]): Fields {
  const copy: Fields = new Map(object);
  const [, list = name, index] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  const value = copy.get(list);
  if (index !== undefined && Array.isArray(value)) {
    const item = value[Number(index)];
    const items = rest.length > 0 && item instanceof Map ? [without(item, rest)] : [];
    copy.set(list, value.toSpliced(Number(index), 1, ...items));
  } else if (rest.length > 0 && value instanceof Map) copy.set(list, without(value, rest));
  else copy.delete(list);
  return copy;
}
