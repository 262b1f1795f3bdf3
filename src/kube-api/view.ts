/** A cluster that is served: where its objects are read, at which revision, and with which APIs. */
import { SortOrder, SortTarget } from 'etcd3/lib/rpc';
import { listFolder } from '../etcd/folder.js';
import { readRange } from '../etcd/range.js';
import type { Cluster } from '../k8s/cluster.js';
import { builtInResources, type Resource } from '../k8s/resources.js';
import type { Fields } from '../k8s-decode/index.js';
import { prefixRange } from '../rpc/keys.js';
import type { Api, Apis } from './apis.js';
import { builtInApis, type LeftOut, makeApis, newestRelease, openShiftApis, type StoredVersions } from './catalog.js';
import { customApis, customLeftOut } from './custom-versions.js';
import { OpenedValues } from './opened-values.js';

export interface ViewOptions {
  /** A minor number, 30 for 1.30; without it the newest that the stored objects allow. */
  release?: number | undefined;
  /** The revision that is shown; without it the newest at each request. */
  revision?: string | undefined;
  /** Secrets are shown without what is secret in them. */
  masksSecrets?: boolean;
}

/** How long the definitions of custom resources are taken for what they were: milliseconds. */
const DEFINITIONS_FRESH_MS = 1000;

export class View {
  private custom: { revision: string; apis: Apis; leftOut: readonly LeftOut[]; checked: number } | undefined;
  private renewing: Promise<Apis> | undefined;
  /** What was encrypted at rest. */
  readonly opened: OpenedValues;

  private constructor(
    readonly cluster: Cluster,
    /** Kubernetes' own APIs are those of this release, a minor number. */
    readonly release: number,
    private readonly builtIn: ReturnType<typeof builtInApis>,
    private readonly pinned: bigint | undefined,
    /** The newest revision when the view was opened: changes before it are not told. */
    readonly since: bigint,
    readonly masksSecrets: boolean,
  ) {
    this.opened = new OpenedValues(cluster.values);
  }

  static async open(cluster: Cluster, { release, revision, masksSecrets = false }: ViewOptions = {}): Promise<View> {
    const stored = await storedVersions(cluster);
    const chosen = release ?? newestRelease(stored);
    const pinned = Number(revision ?? 0) > 0 ? BigInt(revision!) : undefined;
    const { header } = await cluster.client.kv.range({ key: Buffer.from(cluster.root), keys_only: true });
    return new View(
      cluster,
      chosen,
      builtInApis(chosen, stored),
      pinned,
      pinned ?? BigInt(header.revision),
      masksSecrets,
    );
  }

  /** Versions that the release and the definitions have, and that cannot be made of what is stored. */
  async leftOut(): Promise<LeftOut[]> {
    await this.apis();
    return [...this.builtIn.leftOut, ...this.custom!.leftOut];
  }

  /** Nothing changes: a file, or one revision of a cluster. */
  get isStill(): boolean {
    return this.pinned !== undefined || this.cluster.client.callable.isFile === true;
  }

  /** The revision to read at: what etcd's requests take, '0' for the newest. */
  get readRevision(): string {
    return String(this.pinned ?? 0n);
  }

  /** The revision of an answer that etcd gave with `header`. */
  revisionOf(header: { revision: string }): bigint {
    return this.pinned ?? BigInt(header.revision);
  }

  /** The newest revision that is shown. */
  async current(): Promise<bigint> {
    if (this.pinned !== undefined) return this.pinned;
    const { client, root } = this.cluster;
    const { header } = await client.kv.range({ key: Buffer.from(root), keys_only: true });
    return BigInt(header.revision);
  }

  /** The APIs, custom resources as their definitions are now. */
  async apis(): Promise<Apis> {
    const { custom } = this;
    if (custom && (this.isStill || Date.now() - custom.checked < DEFINITIONS_FRESH_MS)) return custom.apis;
    this.renewing ??= this.renew().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renew(): Promise<Apis> {
    const { cluster, builtIn } = this;
    const range = { ...prefixRange(Buffer.from(`${cluster.root}apiextensions.k8s.io/customresourcedefinitions/`)) };
    const checked = Date.now();
    const revision = await this.lastChange(range);
    if (this.custom?.revision === revision) this.custom.checked = checked;
    else {
      const openShift: Api[] = cluster.isOpenShift ? openShiftApis() : [];
      const definitions = await readDefinitions(cluster, range, this.readRevision);
      const apis = makeApis([...builtIn.apis, ...openShift], definitions.flatMap(customApis));
      this.custom = { revision, checked, apis, leftOut: definitions.flatMap(customLeftOut) };
    }
    return this.custom.apis;
  }

  /** Changes with every change of a definition. */
  private async lastChange(range: { key: Buffer; range_end: Buffer }): Promise<string> {
    const newest = { sort_order: SortOrder.Descend, sort_target: SortTarget.Mod, limit: '1', keys_only: true };
    const { kvs, count } = await this.cluster.client.kv.range({ ...range, ...newest, revision: this.readRevision });
    return `${kvs[0]?.mod_revision ?? 0} ${count}`;
  }
}

async function readDefinitions(
  cluster: Cluster,
  range: { key: Buffer; range_end: Buffer },
  revision: string,
): Promise<Fields[]> {
  const definitions: Fields[] = [];
  for await (const page of readRange(cluster.client, { ...range, revision })) {
    for (const kv of page.kvs) {
      const { stored } = await cluster.values.read(kv.key, kv.value);
      if (stored) definitions.push(stored.object);
    }
  }
  return definitions;
}

/** In which versions each of Kubernetes' own resources is stored: looked at are the first and the last object of each. */
async function storedVersions(cluster: Cluster): Promise<StoredVersions[]> {
  const present = new Set<string>();
  for await (const { key } of listFolder(cluster.client, Buffer.from(cluster.root), cluster.revision)) {
    present.add(key.toString().slice(cluster.root.length).replace(/\/$/, ''));
  }
  const byPrefix = new Map<string, Resource>();
  for (const resource of builtInResources()) {
    if (!resource.internal && !byPrefix.has(resource.prefix)) byPrefix.set(resource.prefix, resource);
  }
  const looked = [...byPrefix.values()].filter(({ prefix }) => present.has(prefix.split('/')[0]!));
  return Promise.all(looked.map(async (resource) => ({ resource, apiVersions: await versionsOf(cluster, resource) })));
}

async function versionsOf(cluster: Cluster, { prefix }: Resource): Promise<string[]> {
  const range = { ...prefixRange(Buffer.from(`${cluster.root}${prefix}/`)), limit: '1', revision: cluster.revision };
  const versions = new Set<string>();
  for (const sort_order of [SortOrder.Ascend, SortOrder.Descend]) {
    for (const { key, value } of (await cluster.client.kv.range({ ...range, sort_order })).kvs) {
      const { stored } = await cluster.values.read(key, value);
      if (stored) versions.add(stored.apiVersion);
    }
  }
  return [...versions];
}
