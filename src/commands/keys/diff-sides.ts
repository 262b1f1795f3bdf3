/** What `diff` compares: two revisions of one etcd, or two places. */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import type { Given } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { connectionOptions } from '../../connection/options.js';
import { type EtcdClient, openClient } from '../../etcd/client.js';
import { readRange } from '../../etcd/range.js';
import { joinRanges, type KeyPair } from '../../etcd/range-join.js';
import { prefixRange } from '../../rpc/keys.js';
import type { CommandContext } from '../command.js';

/** The words of `diff`, put in order. */
export interface DiffOrder {
  /** A file or endpoints; undefined: what --endpoints names. */
  from: string | undefined;
  to: string | undefined;
  /** '0': the newest. */
  fromRevision: string;
  toRevision: string;
  range: { key: Buffer; range_end?: Buffer };
}

/**
 * Arguments that are files (or begin with `file:`) are what is compared, as long as --from and --to are not given; what is left is
 * the key.
 * @throws Failure for words that do not go together
 */
export function diffOrder(
  args: string[],
  flags: { from: string; to: string; rev: bigint; toRev: bigint; prefix: boolean } & Given<'from' | 'to'>,
): DiffOrder {
  const named = flags.given('from') || flags.given('to');
  const files = named ? [] : args.filter(isFile);
  const keys = named ? args : args.filter((word) => !isFile(word));
  const missing = named ? undefined : keys.find((word) => FILE_NAME.test(word));
  if (missing !== undefined) throw new Failure(`there is no file ${missing}`, { exitCode: ExitCode.IO });
  if (files.length > 2 || keys.length > 1) {
    throw badArguments('diff takes a key (with --prefix: what keys begin with), and at most two files');
  }
  const from = flags.from || files[0];
  const to = flags.to || files[1];
  const [fromRevision, toRevision] = [String(flags.rev), String(flags.toRev)];
  if (from === to && fromRevision === toRevision) {
    throw badArguments('there is nothing to compare: --rev N takes an older revision, a file or --from another place');
  }
  const [key] = keys;
  if (key === undefined && from === to) throw badArguments('diff needs a key, or --prefix and what keys begin with');
  return { from, to, fromRevision, toRevision, range: diffRange(key, flags.prefix) };
}

/** What is no key, but the name of a file that should be there. */
const FILE_NAME = /\.(db|snap|snapshot)(\.(gz|xz|zst))?$/;

/** Whether a word is a snapshot, a database or a data directory, and no key. */
function isFile(word: string): boolean {
  if (word.startsWith('file:')) return true;
  const found = statSync(word, { throwIfNoEntry: false });
  return found !== undefined && (found.isFile() || existsSync(join(word, 'member')));
}

function diffRange(key: string | undefined, prefix: boolean): DiffOrder['range'] {
  if (key === undefined) return prefixRange(Buffer.alloc(0));
  return prefix ? prefixRange(argBytes(key)) : { key: argBytes(key) };
}

/** The two sides of one run. */
export class DiffSides {
  private constructor(
    private readonly order: DiffOrder,
    private readonly before: EtcdClient,
    private readonly after: EtcdClient,
    private readonly opened: EtcdClient[],
    /** Values are read only where they are needed to tell whether a key changed. */
    private readonly keysOnly: boolean,
  ) {}

  static async open(context: CommandContext, order: DiffOrder, keysOnly: boolean): Promise<DiffSides> {
    const opened: EtcdClient[] = [];
    const side = async (place: string | undefined) => {
      if (place === undefined) return context.connect();
      const client = await openClient({ ...connectionOptions(context), endpoints: endpointsOf(place) });
      opened.push(client);
      return client;
    };
    try {
      const before = await side(order.from);
      const after = order.to === order.from ? before : await side(order.to);
      return new DiffSides(before === after ? await pinned(before, order) : order, before, after, opened, keysOnly);
    } catch (error) {
      for (const client of opened) client.close();
      throw error;
    }
  }

  /** The keys that differ, in order, with their values. */
  async *differences(): AsyncGenerator<KeyPair> {
    if (this.before === this.after) yield* this.sameStore();
    else yield* this.twoStores();
  }

  close(): void {
    for (const client of this.opened) client.close();
  }

  /** Where two stores have other revisions, only the values tell. */
  private async *twoStores(): AsyncGenerator<KeyPair> {
    for await (const pair of joinRanges(...this.pages(false))) {
      if (!pair.before || !pair.after || !pair.before.value.equals(pair.after.value)) yield pair;
    }
  }

  /** In one store the revision tells what changed: values are read for that alone. */
  private async *sameStore(): AsyncGenerator<KeyPair> {
    let waiting: KeyPair[] = [];
    for await (const pair of joinRanges(...this.pages(true))) {
      if (pair.before?.mod_revision === pair.after?.mod_revision) continue;
      waiting.push(pair);
      if (waiting.length < READ_AT_ONCE) continue;
      yield* await this.withValues(waiting);
      waiting = [];
    }
    yield* await this.withValues(waiting);
  }

  /** The values at the two revisions that are compared: a file has an index for each of those. */
  private withValues(pairs: KeyPair[]): Promise<KeyPair[]> {
    const { fromRevision, toRevision } = this.order;
    const read = async (kv: KeyPair['before'], revision: string) => {
      if (!kv || this.keysOnly) return kv;
      const { value, done } = await readRange(this.before, { key: kv.key, revision }).next();
      return done ? undefined : value.kvs[0];
    };
    return Promise.all(
      pairs.map(async ({ key, before, after }) => ({
        key,
        before: await read(before, fromRevision),
        after: await read(after, toRevision),
      })),
    );
  }

  private pages(keysOnly: boolean): [ReturnType<typeof readRange>, ReturnType<typeof readRange>] {
    const { range, fromRevision, toRevision } = this.order;
    const pages = (client: EtcdClient, revision: string) =>
      readRange(client, { ...range, revision, keys_only: keysOnly });
    return [pages(this.before, fromRevision), pages(this.after, toRevision)];
  }
}

const READ_AT_ONCE = 32;

/** The order with numbers for revisions: the newest is the same for all that is read. */
async function pinned(client: EtcdClient, order: DiffOrder): Promise<DiffOrder> {
  const { header } = await client.kv.range({ ...order.range, keys_only: true, limit: '1' });
  const revision = (asked: string) => (asked === '0' ? header.revision : asked);
  return { ...order, fromRevision: revision(order.fromRevision), toRevision: revision(order.toRevision) };
}

function endpointsOf(place: string): string[] {
  if (place.startsWith('file:')) return [place];
  return isFile(place) ? [`file:${place}`] : place.split(',');
}
