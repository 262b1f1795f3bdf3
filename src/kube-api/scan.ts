/** Reads the objects of a list: a range of keys at one revision, what is selected of it, and where it goes on. */
import { Failure } from '../base/errors.js';
import type { KeyValue } from '../base/wire/key-value.js';
import { readRange } from '../etcd/range.js';
import { emptyPage, type RangePage } from '../etcd/range-page.js';
import { labelSelector } from '../k8s/label-selector.js';
import type { Selector } from '../k8s/selectors.js';
import type { Fields } from '../k8s-decode/index.js';
import { stringField } from '../k8s-decode/value.js';
import { keyAfter, prefixRange } from '../rpc/keys.js';
import type { Api } from './apis.js';
import { continueToken, readContinueToken } from './continue-token.js';
import { fieldSelector } from './field-selector.js';
import { ObjectReader, type Wish } from './objects.js';
import type { ListOptions } from './query.js';
import { badRequest, expired, tooLarge } from './status.js';
import type { View } from './view.js';

/** Which objects are asked for. */
export interface Scope {
  api: Api;
  /** Undefined: of all namespaces. */
  namespace: string | undefined;
}

/** What the query selects: labels, and fields of which a name may tell the one key. */
export interface Selection {
  selects: Selector | undefined;
  /** The one name that can be selected. */
  name: string | undefined;
  /** Whether more than name and labels has to be known of an object. */
  readsFields: boolean;
}

/** @throws StatusError 400 */
export function selectionOf(options: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>, api: Api): Selection {
  const byFields = fieldSelector(options.fieldSelector, api);
  const byLabels = options.labelSelector.trim() === '' ? undefined : labels(options.labelSelector);
  const name = byFields?.terms.find(({ label, isEqual }) => label === 'metadata.name' && isEqual)?.value;
  const selectors = [byFields?.selects, byLabels].filter((each) => each !== undefined);
  return {
    selects: selectors.length > 0 ? (object) => selectors.every((each) => each(object)) : undefined,
    name,
    readsFields: byFields?.terms.some(({ label }) => !label.startsWith('metadata.')) ?? false,
  };
}

function labels(text: string): Selector {
  try {
    return labelSelector(text);
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

/** A selector may look at any field. */
export function wishFor({ readsFields }: Selection, wish: Wish): Wish {
  return readsFields ? { isInner: wish.isInner } : wish;
}

/** The keys of a scope. */
export function rangeOf(
  { cluster }: View,
  { api, namespace }: Scope,
  name?: string,
): { key: Buffer; range_end?: Buffer } {
  const { resource } = api;
  const isOne = name !== undefined && (namespace !== undefined || !api.namespaced);
  if (isOne) return { key: Buffer.from(cluster.keyOf(resource!, namespace, name)) };
  return prefixRange(Buffer.from(`${prefixOf({ cluster }, api)}${api.namespaced && namespace ? `${namespace}/` : ''}`));
}

function prefixOf({ cluster }: Pick<View, 'cluster'>, { resource }: Api): string {
  return cluster.folderOf(resource!);
}

/** Names the key of an object that could not be shown, and why. */
export type Complain = (text: string) => void;

/** A list that is being read: its revision is known at once, where it goes on at its end. */
export class Scan {
  /** Set at the end where there is more. */
  next: string | undefined;
  remaining: bigint | undefined;
  readonly revision: bigint;

  private constructor(
    private readonly view: View,
    private readonly scope: Scope,
    private readonly options: ListOptions,
    private readonly selection: Selection,
    private readonly pages: AsyncGenerator<RangePage>,
    private readonly first: RangePage,
    private readonly reader: ObjectReader,
    private readonly complain: Complain,
  ) {
    this.revision = revisionOf(view, options, first);
  }

  /**
   * Asks for the first keys.
   * @throws StatusError for a revision that is gone or to come, and for selectors that are none
   */
  static async open(view: View, scope: Scope, options: ListOptions, wish: Wish, complain: Complain): Promise<Scan> {
    const selection = selectionOf(options, scope.api);
    const reader = new ObjectReader(view, scope.api, wishFor(selection, wish));
    if (!scope.api.resource || isNowhere(scope)) return Scan.empty(view, scope, options, selection, reader);
    const place = options.continueToken === '' ? undefined : readContinueToken(options.continueToken);
    const range = rangeOf(view, scope, selection.name);
    if (place) range.key = Buffer.from(prefixOf(view, scope.api) + place.start);
    const revision = place?.revision ?? (await pinnedRevision(view, options));
    const limit = selection.selects ? 0 : options.limit;
    const pages = readRange(view.cluster.client, { ...range, limit: String(limit), revision: String(revision) });
    try {
      const { value } = await pages.next();
      const exact = { ...options, resourceVersion: place?.revision ?? options.resourceVersion };
      const scan = new Scan(view, scope, exact, selection, pages, value ?? emptyPage(), reader, complain);
      return scan;
    } catch (error) {
      throw inWords(error, place !== undefined);
    }
  }

  private static async empty(
    view: View,
    scope: Scope,
    options: ListOptions,
    selection: Selection,
    reader: ObjectReader,
  ): Promise<Scan> {
    const page = emptyPage();
    page.header = { ...page.header, revision: String(await view.current()) };
    return new Scan(view, scope, options, selection, nothing(), page, reader, () => {});
  }

  /** The objects that are selected, in the order of their keys. */
  async *objects(): AsyncGenerator<Fields> {
    const { limit } = this.options;
    let given = 0;
    let last: Buffer | undefined;
    let page: RangePage | undefined = this.first;
    for (; page; page = await this.nextPage()) {
      for (const kv of page.kvs) {
        if (limit > 0 && given === limit) {
          this.goOn(last!, undefined);
          await this.pages.return(undefined);
          return;
        }
        last = kv.key;
        const reading = this.read(kv);
        const object = reading instanceof Promise ? await reading : reading;
        if (this.selection.selects) {
          if (!object || !this.selection.selects(object)) continue;
          given++;
        }
        if (object) yield object;
      }
      if (page.more && last) this.goOn(last, BigInt(page.count) - BigInt(limit));
    }
  }

  private async nextPage(): Promise<RangePage | undefined> {
    try {
      const { value } = await this.pages.next();
      return value;
    } catch (error) {
      throw inWords(error, true);
    }
  }

  private read(kv: KeyValue): Fields | undefined | Promise<Fields | undefined> {
    try {
      const object = this.reader.read(kv);
      return object instanceof Promise ? object.catch((error) => this.leaveOut(error)) : object;
    } catch (error) {
      return this.leaveOut(error);
    }
  }

  /**
   * Tells why an object is not in the list.
   * @param object where the error does not name its key
   * @throws what is no failure of an object
   */
  leaveOut(error: unknown, object?: Fields): undefined {
    if (!(error instanceof Failure)) throw error;
    this.complain(`left out: ${object ? `${this.keyOf(object)}: ` : ''}${error.message}`);
  }

  private keyOf(object: Fields): string {
    const [namespace, name = ''] = ['namespace', 'name'].map((each) => stringField(object, 'metadata', each));
    return this.view.cluster.keyOf(this.scope.api.resource!, namespace, name);
  }

  private goOn(last: Buffer, remaining: bigint | undefined): void {
    const { view, scope, revision } = this;
    const start = keyAfter(last).toString().slice(prefixOf(view, scope.api).length);
    this.next = continueToken({ revision, start });
    this.remaining = this.selection.selects ? undefined : remaining;
  }
}

/** A namespace that no key can have: nothing is there. */
function isNowhere({ namespace }: Scope): boolean {
  return namespace?.includes('/') === true;
}

async function* nothing(): AsyncGenerator<RangePage> {}

/** The revision at which a list is read, '0' for the newest. */
async function pinnedRevision(view: View, { resourceVersion, match, limit }: ListOptions): Promise<string> {
  if (resourceVersion === undefined || resourceVersion === 0n) return view.readRevision;
  const current = await view.current();
  if (resourceVersion > current) throw tooLarge(resourceVersion, current);
  const isExact = match === 'Exact' || (match === '' && limit > 0);
  return isExact ? String(resourceVersion) : view.readRevision;
}

function revisionOf(
  view: View,
  { resourceVersion, match, limit, continueToken }: ListOptions,
  first: RangePage,
): bigint {
  const isExact = continueToken !== '' || match === 'Exact' || (match === '' && limit > 0);
  if (resourceVersion !== undefined && resourceVersion > 0n && isExact) return resourceVersion;
  return view.revisionOf(first.header);
}

const OUT_OF_RANGE = 11;

/** A compaction in the API server's words. */
function inWords(error: unknown, isContinued: boolean): unknown {
  const isGone = (error as { code?: unknown }).code === OUT_OF_RANGE || /compacted/.test((error as Error).message);
  if (!isGone) return error;
  return expired(
    isContinued
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
      : 'The resourceVersion for the provided list is too old.',
  );
}
