/** Puts together which APIs a cluster is served with: what its release has, what is stored in it, and its custom resources. */
import { openShiftResources } from '../k8s/openshift.js';
import { builtInResources, type Resource } from '../k8s/resources.js';
import { type Api, Apis, apiVersionOf } from './apis.js';
import { conversionOf } from './convert/index.js';
import { NEWEST_RELEASE, OLDEST_RELEASE, type ServedVersion, servedVersions } from './releases.js';
import { NEVER_STORED, subResources, verbsOf } from './subresources.js';

/** In which versions the objects of a resource are stored: those of the first and of the last of them. */
export interface StoredVersions {
  resource: Resource;
  apiVersions: readonly string[];
}

/** A version that the release has and that cannot be made of what is stored. */
export interface LeftOut {
  apiVersion: string;
  plural: string;
  stored: string;
}

/** Stored in a version that is not served any more, and made into one that is: tells nothing of the release. */
const ALWAYS_OLD = new Set(['customresourcedefinitions']);

/** The newest release, by its minor number, that serves all that is stored in the versions in which it is stored. */
export function newestRelease(stored: readonly StoredVersions[]): number {
  let release = NEWEST_RELEASE;
  for (const { resource, apiVersions } of stored) {
    if (ALWAYS_OLD.has(resource.plural)) continue;
    for (const apiVersion of apiVersions) {
      const served = servedVersions().filter((each) => isOf(each, apiVersion, resource.plural));
      if (served.length > 0) release = Math.min(release, Math.max(...served.map(({ until }) => until)));
    }
  }
  return Math.max(release, OLDEST_RELEASE);
}

function isOf({ group, version, plurals }: ServedVersion, apiVersion: string, plural: string): boolean {
  return apiVersionOf(group, version) === apiVersion && plurals.includes(plural);
}

/** Kubernetes' own APIs of a release, as far as what is stored can be given in them. */
export function builtInApis(release: number, stored: readonly StoredVersions[]): { apis: Api[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const apis = servedVersions()
    .filter(({ since, until }) => since <= release && release <= until)
    .flatMap(({ group, version, plurals }) => plurals.map((plural) => builtInApi(group, version, plural)))
    .filter((api): api is Api => api !== undefined)
    .filter((api) => {
      const lost = lostOf(api, stored);
      if (lost !== undefined) leftOut.push({ apiVersion: api.apiVersion, plural: api.plural, stored: lost });
      return lost === undefined;
    });
  return { apis, leftOut };
}

/** The version in which objects are stored that cannot be given in the API's. */
function lostOf({ kind, apiVersion, resource }: Api, stored: readonly StoredVersions[]): string | undefined {
  const versions = stored.find((each) => each.resource.prefix === resource?.prefix)?.apiVersions ?? [];
  return versions.find((from) => !conversionOf(kind, from, apiVersion));
}

/** What OpenShift's own API servers serve of what they store: each has one version. */
export function openShiftApis(): Api[] {
  return openShiftResources().map((resource) => apiOf(resource.group, resource.version!, resource.plural, resource));
}

function builtInApi(group: string, version: string, plural: string): Api | undefined {
  const resource = builtInResources().find((each) => each.plural === plural && each.group === group && !each.internal);
  return resource || Object.hasOwn(NEVER_STORED, plural) ? apiOf(group, version, plural, resource) : undefined;
}

/** @param resource undefined for one that is never stored */
function apiOf(group: string, version: string, plural: string, resource: Resource | undefined): Api {
  const never = Object.hasOwn(NEVER_STORED, plural) ? NEVER_STORED[plural] : undefined;
  const kind = never?.kind ?? resource!.kind;
  return {
    group,
    version,
    apiVersion: apiVersionOf(group, version),
    kind,
    plural,
    singular: resource?.singular ?? kind.toLowerCase(),
    shortNames: resource?.shortNames ?? never?.shortNames ?? [],
    categories: resource?.categories ?? [],
    namespaced: never?.namespaced ?? resource!.namespaced,
    verbs: never?.verbs ?? verbsOf(plural),
    subresources: never ? [] : subResources(plural, kind),
    resource,
    custom: undefined,
  };
}

/** All of them, custom resources last. */
export function makeApis(builtIn: readonly Api[], custom: readonly Api[]): Apis {
  const byGroup = [...custom].sort((one, other) => (one.group === other.group ? 0 : one.group < other.group ? -1 : 1));
  return new Apis([...builtIn, ...byGroup]);
}
