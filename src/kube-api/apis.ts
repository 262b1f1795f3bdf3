/** The APIs of a cluster: which resources are served in which versions, Kubernetes' own and those of its definitions. */
import type { Resource } from '../k8s/resources.js';
import type { CrdColumn } from '../k8s/tables/custom-columns.js';
import type { Fields } from '../k8s-decode/value.js';
import type { SubResource } from './subresources.js';

/** A resource in one version. */
export interface Api {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** `v1`, `apps/v1`. */
  apiVersion: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly SubResource[];
  /** Where its objects are; undefined where none is ever stored. */
  resource: Resource | undefined;
  /** Of a custom resource: what its definition says of this version. */
  custom: CustomVersion | undefined;
}

/** One version of a custom resource. */
export interface CustomVersion {
  columns: readonly CrdColumn[];
  /** The version's openAPIV3Schema. */
  schema: Fields | undefined;
  /** The schemas of all versions of the definition, by apiVersion: an object is read by the one of the version in which it is stored. */
  schemas: ReadonlyMap<string, Fields>;
  /** JSONPaths of the fields, beside name and namespace, by which objects can be selected: `.spec.color`. */
  selectableFields: readonly string[];
  /** Where an object has what its `scale` shows, as JSONPaths; undefined where it has no such sub-resource. */
  scale: { specReplicas: string; statusReplicas: string; selector: string | undefined } | undefined;
  /** Whether objects of another version are made into this one by a new name: else a webhook would be asked, which is not there. */
  convertsByName: boolean;
  listKind: string;
}

/** A group and its versions, the preferred one first. */
export interface ApiGroup {
  name: string;
  versions: readonly string[];
}

export class Apis {
  private readonly byVersion = new Map<string, Api[]>();
  readonly groups: readonly ApiGroup[];

  /** @param all in the order of discovery */
  constructor(readonly all: readonly Api[]) {
    const groups = new Map<string, string[]>();
    for (const api of all) {
      const versions = groups.get(api.group) ?? [];
      groups.set(api.group, versions);
      if (!versions.includes(api.version)) versions.push(api.version);
      const apis = this.byVersion.get(api.apiVersion) ?? [];
      this.byVersion.set(api.apiVersion, apis);
      apis.push(api);
    }
    for (const apis of this.byVersion.values()) apis.sort((one, other) => (one.plural < other.plural ? -1 : 1));
    this.groups = [...groups].map(([name, versions]) => ({ name, versions }));
  }

  group(name: string): ApiGroup | undefined {
    return this.groups.find((each) => each.name === name);
  }

  /** The resources of a group in one version, by name; undefined where there is no such version. */
  inVersion(apiVersion: string): readonly Api[] | undefined {
    return this.byVersion.get(apiVersion);
  }

  find(apiVersion: string, plural: string): Api | undefined {
    return this.byVersion.get(apiVersion)?.find((api) => api.plural === plural);
  }
}

/** `v1`, `apps/v1`. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
