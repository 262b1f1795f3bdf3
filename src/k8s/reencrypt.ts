/** Writes stored values anew, each under the first key of its resource: what a rotation of keys ends with. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import { eachInFlight } from '../base/in-flight.js';
import { sleep } from '../base/timer.js';
import { putIfUnchanged } from '../etcd/guarded-write.js';
import { readRange } from '../etcd/range.js';
import { isEncrypted } from '../k8s-decode/encryption/describe.js';
import type { Encryptor } from '../k8s-decode/encryption/encryptor.js';
import type { Cluster } from './cluster.js';
import { qualifiedName, type Resource } from './resources.js';

/** How the values of a resource stand to the EncryptionConfiguration. */
interface ResourceTally {
  resource: string;
  /** Under the first key. */
  current: number;
  /** Readable, and under another key or none. */
  outdated: number;
  /** Does not open with any key; the first few by their keys. */
  unreadable: number;
}

/** A value that does not open, and why. */
interface Unreadable {
  key: string;
  reason: string;
}

export interface Survey {
  resources: ResourceTally[];
  unreadable: Unreadable[];
  /** Encrypted values of resources that no rule covers: no API server with this configuration reads them. */
  uncovered: number;
}

/** How many values are written at a time. */
const IN_FLIGHT = 8;

/** How often a value is read again that changes meanwhile: the API server may be writing it. */
const TRIES = 5;

export class Reencryption {
  private place: ReturnType<Cluster['keyReader']> | undefined;

  /** @param only the resources that are looked at; undefined: all */
  constructor(
    private readonly cluster: Cluster,
    private readonly encryptor: Encryptor,
    private readonly only: readonly Resource[] | undefined,
  ) {}

  /** Opens every value that a rule covers, also those under the first key: a key of the same name may be another one. */
  async survey(): Promise<Survey> {
    const tallies = new Map<string, ResourceTally>();
    const survey: Survey = { resources: [], unreadable: [], uncovered: 0 };
    for await (const { kv, resource } of this.values()) {
      if (!this.encryptor.covers(resource)) {
        if (isEncrypted(kv.value)) survey.uncovered++;
        continue;
      }
      let tally = tallies.get(resource);
      if (!tally) {
        tally = { resource, current: 0, outdated: 0, unreadable: 0 };
        tallies.set(resource, tally);
      }
      const reason = await this.reasonClosed(kv);
      if (reason !== undefined) {
        tally.unreadable++;
        survey.unreadable.push({ key: kv.key.toString(), reason });
      } else if (await this.encryptor.isCurrent(resource, kv.value)) tally.current++;
      else tally.outdated++;
    }
    survey.resources = [...tallies.values()].sort((a, b) => (a.resource < b.resource ? -1 : 1));
    return survey;
  }

  /**
   * Writes what is not under the first key, and can be read.
   * @param rate most values a second; 0: as fast as it goes
   * @param written told how many were written so far
   * @returns how many were written
   */
  async rewrite(rate: number, signal: AbortSignal, written: (count: number) => void): Promise<number> {
    const pace = new Pace(rate);
    let count = 0;
    for await (const page of this.pages()) {
      const outdated: Placed[] = [];
      for (const each of page) if (await this.isToBeWritten(each)) outdated.push(each);
      await eachInFlight(outdated, IN_FLIGHT, async (each) => {
        await pace.next();
        if (signal.aborted || !(await this.rewriteOne(each))) return;
        count++;
        written(count);
      });
      if (signal.aborted) break;
    }
    return count;
  }

  private async isToBeWritten({ kv, resource }: Placed): Promise<boolean> {
    if (!this.encryptor.covers(resource) || (await this.encryptor.isCurrent(resource, kv.value))) return false;
    return (await this.reasonClosed(kv)) === undefined;
  }

  /** Whether it was written: not when it is gone, or the API server was faster. */
  private async rewriteOne({ kv, resource }: Placed): Promise<boolean> {
    const { client, values } = this.cluster;
    let found: IKeyValue | undefined = kv;
    for (let tries = 0; found && tries < TRIES; tries++) {
      if (await this.encryptor.isCurrent(resource, found.value)) return false;
      const { key, lease, mod_revision } = found;
      const plain = await values.open(key, found.value);
      const value = await values.seal(key, plain, resource, found);
      const end = await putIfUnchanged(client, { key, value, lease }, mod_revision);
      if (end.done) return true;
      found = end.now;
    }
    if (!found) return false;
    throw new Failure(`${kv.key} changes all the time: it was not written`, { hint: 'run it again' });
  }

  private async reasonClosed({ key, value }: IKeyValue): Promise<string | undefined> {
    try {
      await this.cluster.values.open(key, value);
      return undefined;
    } catch (error) {
      if (error instanceof Failure) return error.message.replace(`${key}: `, '');
      throw error;
    }
  }

  private async *values(): AsyncGenerator<Placed> {
    for await (const page of this.pages()) yield* page;
  }

  /** The values of resources that the API server may encrypt, page by page. */
  private async *pages(): AsyncGenerator<Placed[]> {
    this.place ??= this.cluster.keyReader();
    const place = await this.place;
    const folders = this.only?.map((resource) => this.cluster.folderOf(resource));
    for (const range of this.cluster.ranges()) {
      for await (const { kvs } of readRange(this.cluster.client, { ...range, revision: '0' })) {
        const page: Placed[] = [];
        for (const kv of kvs) {
          const key = kv.key.toString();
          const resource = place(key)?.resource;
          if (!resource || resource.internal || (folders && !folders.some((folder) => key.startsWith(folder))))
            continue;
          page.push({ kv, resource: qualifiedName(resource) });
        }
        yield page;
      }
    }
  }
}

interface Placed {
  kv: IKeyValue;
  resource: string;
}

/** Lets so many through in a second, evenly. */
class Pace {
  private due = Date.now();

  constructor(private readonly rate: number) {}

  async next(): Promise<void> {
    if (this.rate <= 0) return;
    const now = Date.now();
    const at = Math.max(this.due, now);
    this.due = at + 1000 / this.rate;
    if (at > now) await sleep(at - now);
  }
}
