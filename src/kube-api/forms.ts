/** The forms in which one object can stand in an answer: itself, its metadata alone, or a row of a table. */

import { tableFields } from '../k8s/table-fields.js';
import { crdTable } from '../k8s/tables/custom-columns.js';
import type { ResourceTable } from '../k8s/tables/define.js';
import { tableOf } from '../k8s/tables/table.js';
import { toJson } from '../k8s-decode/json/json.js';
import { type Fields, stringField, type Value } from '../k8s-decode/value.js';
import type { Api } from './apis.js';
import type { Media } from './negotiate.js';
import type { Wish } from './objects.js';
import { asFields, type Plain } from './plain.js';
import { badRequest } from './status.js';

/** The object's metadata as an object of its own. */
export function metadataOnly(object: Fields, version = 'v1'): Fields {
  return asFields({
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object.get('metadata') ?? new Map(),
  });
}

/** What a row of a table has beside its cells. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

/** @throws StatusError 400 */
export function includeObject(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') || 'Metadata';
  if (asked === 'Metadata' || asked === 'Object' || asked === 'None') return asked;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(asked)}`);
}

/** Makes the rows of a resource's table. */
export class Tabler {
  private constructor(
    private readonly table: ResourceTable,
    private readonly version: string,
    private readonly include: IncludeObject,
    private readonly now: number,
  ) {}

  static async open(api: Api, release: number, { version = 'v1' }: Media, include: IncludeObject): Promise<Tabler> {
    const table = api.custom ? crdTable(api.custom.columns) : ((await tableOf(api, release)) ?? crdTable([]));
    return new Tabler(table, version, include, Date.now());
  }

  /** A table up to its rows, without the brace that ends it; without `metadata` where that is to follow. */
  head(metadata: Fields | undefined, withColumns = true): string {
    const parts = [`{"kind":"Table","apiVersion":"meta.k8s.io/${this.version}"`];
    if (metadata) parts.push(`"metadata":${toJson(metadata)}`);
    parts.push(`"columnDefinitions":${withColumns ? toJson(this.columns()) : null}`);
    return parts.join(',');
  }

  private columns(): Value[] {
    return this.table.columns.map(({ name, type, format, wide, priority }) =>
      asFields({ name, type, format, description: '', priority: priority ?? (wide ? 1 : 0) }),
    );
  }

  /** The rows of a list: as the objects come, but where the table has an order of its own or has to see them all. */
  async *rows(objects: AsyncIterable<Fields>): AsyncGenerator<string> {
    const { order, ofList } = this.table;
    if (!order && !ofList) {
      for await (const object of objects) yield this.row(object);
      return;
    }
    const all: Fields[] = [];
    for await (const object of objects) all.push(object);
    const table = ofList?.(all) ?? this.table;
    for (const object of order ? all.sort(order) : all) yield this.row(object, table);
  }

  row(object: Fields, table = this.table): string {
    const cells = table.row(object, this.now);
    const conditions = rowConditions(object);
    return toJson(asFields({ cells, conditions, object: this.included(object) }));
  }

  private included(object: Fields): Plain {
    if (this.include === 'None') return null;
    return this.include === 'Object' ? object : metadataOnly(object, this.version);
  }
}

/** Clients show a pod that has ended as something that is over. */
const ENDED: Record<string, string> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

function rowConditions(object: Fields): Plain | undefined {
  if (object.get('kind') !== 'Pod' || object.get('apiVersion') !== 'v1') return undefined;
  const reason = stringField(object, 'status', 'phase') ?? '';
  const message = Object.hasOwn(ENDED, reason) ? ENDED[reason] : undefined;
  return message && [{ type: 'Completed', status: 'True', reason, message }];
}

/**
 * What has to be read of the objects: for a table what its columns show, and all of the metadata, which clients want with every row.
 * Tables and metadata are made of the shape that the API server has for itself.
 */
export function wishOf(api: Api, { as }: Media, include: IncludeObject): Wish {
  if (as === undefined || (as === 'Table' && include === 'Object')) return { isInner: false };
  if (as !== 'Table') return { isInner: true, fields: { metadata: true } };
  const { resource } = api;
  if (!resource || api.custom) return { isInner: true };
  const shown = tableFields(resource);
  return { isInner: true, fields: include === 'None' ? shown : { ...shown, metadata: true } };
}

/** An object as an item of a list, whose kind tells that of its items; custom resources say it each. */
export function inList(object: Fields, api: Api): Fields {
  if (api.custom) return object;
  const item = new Map(object);
  item.delete('kind');
  item.delete('apiVersion');
  return item;
}
