/** In which versions objects are stored, against what definitions list and releases serve: what an upgrade would stumble over. */
import type { Cluster } from '../k8s/cluster.js';
import { countKinds, type KindCount } from '../k8s/kinds.js';
import { readObjects } from '../k8s/objects.js';
import { qualifiedName, type Resource } from '../k8s/resources.js';
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import { servedVersions } from './releases.js';

/**
 * `ok`. `migrate`: readable, and to be written in another version before that one goes. `blocks`: the release that was asked for does
 * not serve the version, or the definition does not have it. `drop`: nothing is stored so any more, and the definition still lists it.
 */
type VersionState = 'ok' | 'migrate' | 'blocks' | 'drop';

export interface StoredVersion {
  /** `deployments.apps` */
  resource: string;
  version: string;
  objects: number;
  /** The releases that serve it so, `1.9-1.15`; of a custom resource what its definition says: `storage`, `served`, `not served`. */
  served: string;
  state: VersionState;
  note: string;
}

/** Stored in a version that is long not served: every release reads and writes it so. */
const STORED_SO = new Set(['customresourcedefinitions.apiextensions.k8s.io v1beta1']);

/** @param release minor number of the release to which an upgrade is wanted; undefined: none */
export async function storedVersions(cluster: Cluster, release: number | undefined): Promise<StoredVersion[]> {
  const resources = await cluster.resources();
  const counts = mergedCounts(await countKinds(cluster));
  const found: StoredVersion[] = [];
  for (const { resource: name, apiVersion, objects } of counts) {
    const resource = resources.find((each) => !each.internal && !each.alias && qualifiedName(each) === name);
    if (!resource || resource.custom || apiVersion === '') continue;
    found.push(builtInVersion(resource, apiVersion, objects, release));
  }
  for (const definition of await definitions(cluster)) {
    found.push(...customVersions(definition, counts));
  }
  return found.sort((a, b) => (`${a.resource} ${a.version}` < `${b.resource} ${b.version}` ? -1 : 1));
}

/** The same type may be stored in several encodings. */
function mergedCounts(counts: readonly KindCount[]): Pick<KindCount, 'resource' | 'apiVersion' | 'objects'>[] {
  const merged = new Map<string, Pick<KindCount, 'resource' | 'apiVersion' | 'objects'>>();
  for (const { resource, apiVersion, objects } of counts) {
    const id = `${resource} ${apiVersion}`;
    merged.set(id, { resource, apiVersion, objects: objects + (merged.get(id)?.objects ?? 0) });
  }
  return [...merged.values()];
}

function groupAndVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function builtInVersion(
  resource: Resource,
  apiVersion: string,
  objects: number,
  release: number | undefined,
): StoredVersion {
  const [group, version] = groupAndVersion(apiVersion);
  const name = qualifiedName(resource);
  const ranges = servedVersions().filter(
    (each) => each.group === group && each.version === version && each.plurals.includes(resource.plural),
  );
  const served = ranges.map(({ since, until }) => releases(since, until)).join(', ');
  const shown = { resource: name, version: apiVersion, objects, served: served || '(not known)' };
  if (ranges.length === 0) return { ...shown, state: 'ok', note: 'no release is known to serve it' };
  if (release === undefined || STORED_SO.has(`${name} ${version}`)) {
    return { ...shown, state: 'ok', note: '' };
  }
  if (ranges.some(({ since, until }) => since <= release && release <= until))
    return { ...shown, state: 'ok', note: '' };
  const later = servedVersions().filter(
    (each) => each.plurals.includes(resource.plural) && each.group === resource.group && covers(each, release),
  );
  const tooNew = ranges.every(({ since }) => since > release);
  const note =
    later.length > 0
      ? `1.${release} ${tooNew ? 'does not serve it yet' : 'serves it no more'}: to be stored as ${later[0]!.version}`
      : `1.${release} has no ${name}: they would stay in etcd, and nobody could read or delete them`;
  return { ...shown, state: 'blocks', note };
}

function covers({ since, until }: { since: number; until: number }, release: number): boolean {
  return since <= release && release <= until;
}

function releases(since: number, until: number): string {
  if (since === until) return `1.${since}`;
  return Number.isFinite(until) ? `1.${since}-1.${until}` : `1.${since}-`;
}

async function definitions(cluster: Cluster): Promise<Fields[]> {
  const resource = await cluster.find('customresourcedefinitions');
  const found: Fields[] = [];
  if (!resource) return found;
  for await (const { object } of readObjects(cluster, { resource })) if (object) found.push(object);
  return found;
}

function customVersions(
  definition: Fields,
  counts: readonly Pick<KindCount, 'resource' | 'apiVersion' | 'objects'>[],
): StoredVersion[] {
  const group = stringField(definition, 'spec', 'group') ?? '';
  const resource = `${stringField(definition, 'spec', 'names', 'plural')}.${group}`;
  const listed = field(definition, 'spec', 'versions');
  const versions = new Map(
    (Array.isArray(listed) ? listed : []).map((each) => [stringField(each, 'name') ?? '', each]),
  );
  const single = stringField(definition, 'spec', 'version');
  const storage = [...versions].find(([, each]) => field(each, 'storage') === true)?.[0] ?? single ?? '';
  const statusList = field(definition, 'status', 'storedVersions');
  const stored = (Array.isArray(statusList) ? statusList : []).filter((each) => typeof each === 'string');
  const objects = new Map(
    counts
      .filter((count) => count.resource === resource)
      .map((count) => [groupAndVersion(count.apiVersion)[1], count.objects]),
  );
  const names = [...new Set([...stored, ...objects.keys(), storage])].filter((name) => name !== '');
  return names.map((version): StoredVersion => {
    const count = objects.get(version) ?? 0;
    const entry = versions.get(version);
    const isKnown = entry !== undefined || version === single;
    const served =
      version === storage
        ? 'storage'
        : !isKnown
          ? 'not in spec'
          : field(entry, 'served') === false
            ? 'not served'
            : 'served';
    const shown = { resource, version: `${group}/${version}`, objects: count, served };
    if (!isKnown && count > 0) {
      return { ...shown, state: 'blocks', note: 'the definition has no such version: the objects cannot be read' };
    }
    if (version === storage) {
      return stored.includes(version) || count === 0
        ? { ...shown, state: 'ok', note: '' }
        : { ...shown, state: 'migrate', note: 'status.storedVersions does not list it' };
    }
    if (count > 0) return { ...shown, state: 'migrate', note: `to be stored as ${storage} before ${version} may go` };
    return { ...shown, state: 'drop', note: 'no object is stored so: it can be taken out of status.storedVersions' };
  });
}

/** The release of the cluster, by the newest of its kubelets, which is never newer than its API servers; undefined without nodes. */
export async function releaseOfNodes(cluster: Cluster): Promise<number | undefined> {
  const resource = await cluster.find('nodes');
  let newest: number | undefined;
  if (!resource) return undefined;
  for await (const { object } of readObjects(cluster, { resource })) {
    const text = stringField(object, 'status', 'nodeInfo', 'kubeletVersion') ?? '';
    const minor = /^v1\.(\d+)\./.exec(text)?.[1];
    if (minor !== undefined) newest = Math.max(newest ?? 0, Number(minor));
  }
  return newest;
}

/**
 * The objects by which an API server writes all of a resource anew, each in its storage version.
 * @param release of the API server that is to do it
 * @returns undefined for one that has none: before 1.30
 */
export function migrationManifests(resources: readonly Resource[], release: number): Fields[] | undefined {
  const version = servedVersions().find(
    (each) =>
      each.group === 'storagemigration.k8s.io' &&
      each.plurals.includes('storageversionmigrations') &&
      covers(each, release),
  )?.version;
  if (version === undefined) return undefined;
  return resources.map(({ group, version: own = 'v1', plural }): Fields => {
    const of: Fields = new Map<string, string>([['group', group]]);
    if (version === 'v1alpha1') of.set('version', own);
    of.set('resource', plural);
    return new Map<string, string | Fields>([
      ['apiVersion', `storagemigration.k8s.io/${version}`],
      ['kind', 'StorageVersionMigration'],
      ['metadata', new Map([['name', group === '' ? plural : `${plural}.${group}`]])],
      ['spec', new Map([['resource', of]])],
    ]);
  });
}
