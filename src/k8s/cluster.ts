/** A Kubernetes cluster as etcd has it: where its keys stand, which resources it knows, and the revision at which it is read. */

import type { EtcdClient } from '../etcd/client.js';
import { listFolder } from '../etcd/folder.js';
import { readRange } from '../etcd/range.js';
import { prefixRange } from '../rpc/keys.js';
import { Code } from '../rpc/status.js';
import { customResource, definitionProblem } from './custom.js';
import { KUBERNETES_ROOT, OPENSHIFT_ROOT, openShiftResources } from './openshift.js';
import { builtInResources, findResource, type Resource } from './resources.js';
import { StoredValues } from './values.js';

export interface ClusterOptions {
  /** The API server's --etcd-prefix; without it `/registry`, or where else the keys of a cluster stand. */
  registryPrefix?: string | undefined;
  /** The revision to read; '0' or nothing: the newest, the same for all that is read. */
  revision?: string | undefined;
  /** What reads its values; without it one that has the keys of this node's API server, if any. */
  values?: StoredValues;
}

/** What a key stands for. */
export interface KeyPlace {
  resource: Resource;
  /** Undefined for a resource without namespaces. */
  namespace: string | undefined;
  name: string;
}

const DEFAULT_PREFIX = '/registry';

export class Cluster {
  private custom: Promise<readonly Resource[]> | undefined;
  /** What is wrong with the definitions whose resources are not known here, as far as definitions were read. */
  readonly refusedDefinitions: string[] = [];

  private constructor(
    readonly client: EtcdClient,
    /** What Kubernetes' keys begin with, with a slash at the end: `/registry/`. */
    readonly root: string,
    /** What all keys of the cluster begin with: the root, and in OpenShift `/openshift.io/` beside it. */
    readonly roots: readonly string[],
    /** The revision that is read. */
    readonly revision: string,
    readonly values: StoredValues,
    /** There is no key below the root. */
    readonly isEmpty: boolean,
  ) {}

  /** @throws RpcError when etcd does not answer */
  static async open(client: EtcdClient, options: ClusterOptions = {}): Promise<Cluster> {
    const { registryPrefix, values = new StoredValues() } = options;
    // The API server puts a slash in front of its --etcd-prefix, too.
    const wanted = `/${(registryPrefix || DEFAULT_PREFIX).replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');
    const first = await firstKey(client, wanted);
    const revision = Number(options.revision ?? 0) > 0 ? options.revision! : (first?.header.revision ?? '0');
    const found = !first || first.kvs.length > 0 || registryPrefix ? wanted : await findRoot(client);
    const root = found ?? wanted;
    const beside = root === KUBERNETES_ROOT && (await firstKey(client, OPENSHIFT_ROOT));
    const roots = beside && beside.kvs.length > 0 ? [root, OPENSHIFT_ROOT] : [root];
    return new Cluster(client, root, roots, revision, values, first?.kvs.length === 0 && found === wanted);
  }

  /** The resource that a word means, of Kubernetes' own or a custom one. Definitions are read only where the word is none of the former. */
  async find(word: string): Promise<Resource | undefined> {
    return findResource(word, this.builtIn()) ?? findResource(word, await this.customResources());
  }

  /** All resources, Kubernetes' own first. */
  async resources(): Promise<readonly Resource[]> {
    return [...this.builtIn(), ...(await this.customResources())];
  }

  /** OpenShift's own API servers store here as well. */
  get isOpenShift(): boolean {
    return this.roots.length > 1;
  }

  private builtIn(): readonly Resource[] {
    return this.isOpenShift ? [...builtInResources(), ...openShiftResources()] : builtInResources();
  }

  /** Everything that the cluster stores, at its revision. */
  ranges(): { key: Buffer; range_end?: Buffer; revision: string }[] {
    return this.roots.map((root) => ({ ...prefixRange(Buffer.from(root)), revision: this.revision }));
  }

  /** The root that a key stands below; undefined for one that is not the cluster's. */
  rootOf(key: string): string | undefined {
    return this.roots.find((root) => key.startsWith(root));
  }

  /** The folder of a resource: `/registry/pods/`. */
  folderOf({ root = this.root, prefix }: Resource): string {
    return `${root}${prefix}/`;
  }

  /** The resources that the stored definitions declare; one that cannot be read is passed over. */
  customResources(): Promise<readonly Resource[]> {
    this.custom ??= this.readDefinitions();
    return this.custom;
  }

  private async readDefinitions(): Promise<Resource[]> {
    const resources: Resource[] = [];
    const range = prefixRange(Buffer.from(`${this.root}apiextensions.k8s.io/customresourcedefinitions/`));
    for await (const page of readRange(this.client, { ...range, revision: this.revision })) {
      for (const { key, value } of page.kvs) {
        const { stored } = await this.values.read(key, value);
        const resource = stored && customResource(stored.object);
        if (resource) resources.push(resource);
        const problem = stored && definitionProblem(stored.object);
        if (problem) this.refusedDefinitions.push(`${key}: ${problem}`);
      }
    }
    return resources;
  }

  /** The key of an object; a resource without namespaces has none in its keys, whatever is given. */
  keyOf(resource: Resource, namespace: string | undefined, name: string): string {
    return `${this.folderOf(resource)}${resource.namespaced && namespace ? `${namespace}/` : ''}${name}`;
  }

  /** What a key of this resource stands for. */
  placeOf(resource: Resource, key: string): KeyPlace {
    return placeBelow(resource, key.slice(this.folderOf(resource).length));
  }

  /** Tells what keys stand for. Undefined for a key that is not below the root, or of a resource that nobody declares. */
  async keyReader(): Promise<(key: string) => KeyPlace | undefined> {
    const byPrefix = new Map<string, Resource>();
    for (const resource of await this.resources()) {
      const path = (resource.root ?? this.root) + resource.prefix;
      if (!resource.alias && !byPrefix.has(path)) byPrefix.set(path, resource);
    }
    return (key) => {
      const root = this.rootOf(key);
      return root === undefined ? undefined : placeOf(byPrefix, key, root.length);
    };
  }
}

/** The first key below a prefix; undefined where the user may not read all of it, but perhaps what is asked for. */
async function firstKey(client: EtcdClient, prefix: string) {
  try {
    return await client.kv.range({ ...prefixRange(Buffer.from(prefix)), limit: '1', keys_only: true });
  } catch (error) {
    if ((error as { code?: number }).code === Code.PermissionDenied) return undefined;
    throw error;
  }
}

/** A folder that has namespaces: `/kubernetes.io/` in OpenShift. */
async function findRoot(client: EtcdClient): Promise<string | undefined> {
  for await (const { key, folder } of listFolder(client, Buffer.alloc(0))) {
    if (!folder) continue;
    const range = prefixRange(Buffer.concat([key, Buffer.from('namespaces/')]));
    const { kvs } = await client.kv.range({ ...range, limit: '1', keys_only: true });
    if (kvs.length > 0) return key.toString();
  }
  return undefined;
}

/** A resource's folder has one level below the root, or two: `services/specs`. */
function placeOf(byPrefix: ReadonlyMap<string, Resource>, key: string, rootLength: number): KeyPlace | undefined {
  const slash = key.indexOf('/', rootLength);
  let behind = slash;
  let resource = byPrefix.get(key.slice(0, slash));
  if (!resource) {
    behind = key.indexOf('/', slash + 1);
    resource = byPrefix.get(key.slice(0, behind));
  }
  if (!resource || slash < 0 || behind < 0) return undefined;
  return placeBelow(resource, key.slice(behind + 1));
}

/** @param rest of a key, behind its resource's folder */
function placeBelow(resource: Resource, rest: string): KeyPlace {
  const cut = resource.namespaced ? rest.indexOf('/') : -1;
  return { resource, namespace: cut < 0 ? undefined : rest.slice(0, cut), name: rest.slice(cut + 1) };
}
