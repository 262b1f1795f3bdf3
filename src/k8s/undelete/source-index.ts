/** What stands in a cluster, and which of it goes with what: read once, and little of each object. */
import type { FieldMask } from '../../k8s-decode/index.js';
import { type Fields, field, stringField } from '../../k8s-decode/value.js';
import type { Cluster, KeyPlace } from '../cluster.js';
import { readObjects, type StoredObject } from '../objects.js';
import { qualifiedName, type Resource } from '../resources.js';
import { accountsOf, ownersOf } from './references.js';

/** An object that is there. */
export interface IndexEntry extends KeyPlace {
  key: string;
}

/** What tells of an object with whom it goes. */
const RELATIONS: FieldMask = {
  metadata: { namespace: true, ownerReferences: true },
  subjects: true,
  spec: { parentRef: true },
};

/** Where objects are looked for: only what is in no namespace can own something in several. */
export interface IndexScope {
  /** Undefined: all of them. */
  namespaces: ReadonlySet<string> | undefined;
}

export class SourceIndex {
  private readonly byTag = new Map<string, IndexEntry[]>();

  private constructor(readonly cluster: Cluster) {}

  /** Reads what is in no namespace, and in some or all of them. */
  static async read(cluster: Cluster, { namespaces }: IndexScope): Promise<SourceIndex> {
    const index = new SourceIndex(cluster);
    for (const resource of await cluster.resources()) {
      if (resource.alias || resource.internal || isEvent(resource)) continue;
      const parts = resource.namespaced && namespaces ? [...namespaces] : [undefined];
      for (const namespace of parts) {
        for await (const item of readObjects(cluster, { resource, namespace, fields: RELATIONS })) index.add(item);
      }
    }
    return index;
  }

  private add({ key, resource, namespace, name, object }: StoredObject): void {
    if (!resource) return;
    const entry: IndexEntry = { key, resource, namespace, name };
    for (const tag of tagsOf(entry, object)) {
      const tagged = this.byTag.get(tag);
      if (tagged) tagged.push(entry);
      else this.byTag.set(tag, [entry]);
    }
  }

  /** What goes with an object: what it owns, and what is nothing without it. */
  dependents(of: KeyPlace, object: Fields | undefined, withObjects: boolean): IndexEntry[] {
    const { resource, namespace, name } = of;
    const uid = stringField(object, 'metadata', 'uid');
    const tags = uid ? [`owner ${uid}`] : [];
    switch (qualifiedName(resource)) {
      case 'serviceaccounts':
        tags.push(`account ${namespace}/${name}`);
        break;
      case 'services':
        tags.push(`service ${namespace}/${name}`);
        break;
      case 'namespaces':
        if (withObjects) tags.push(`namespace ${name}`);
        break;
      case 'customresourcedefinitions.apiextensions.k8s.io':
        if (withObjects) tags.push(`definition ${name}`);
        break;
      case 'statefulsets.apps':
        return [...this.tagged(tags), ...this.claimsOf(namespace, name, object)];
      default:
    }
    return this.tagged(tags);
  }

  private tagged(tags: readonly string[]): IndexEntry[] {
    return tags.flatMap((tag) => this.byTag.get(tag) ?? []);
  }

  /** The claims of a stateful set, `TEMPLATE-NAME-NUMBER`, which it does not own. */
  private claimsOf(namespace: string | undefined, name: string, object: Fields | undefined): IndexEntry[] {
    const templates = field(object, 'spec', 'volumeClaimTemplates');
    if (!Array.isArray(templates)) return [];
    const prefixes = templates.map((template) => `${stringField(template, 'metadata', 'name')}-${name}-`);
    return this.tagged([`namespace ${namespace}`]).filter(
      (entry) =>
        entry.resource.plural === 'persistentvolumeclaims' &&
        prefixes.some((prefix) => entry.name.startsWith(prefix) && /^\d+$/.test(entry.name.slice(prefix.length))),
    );
  }
}

/** Events would stay for ever without their leases. */
export function isEvent({ plural, group }: Resource): boolean {
  return plural === 'events' && (group === '' || group === 'events.k8s.io');
}

/** With whom an object goes. */
function tagsOf({ resource, namespace, name }: IndexEntry, object: Fields | undefined): string[] {
  const tags = ownersOf(object).map(({ uid }) => `owner ${uid}`);
  if (namespace !== undefined) tags.push(`namespace ${namespace}`);
  if (resource.custom) tags.push(`definition ${resource.plural}.${resource.group}`);
  if (!object) return tags;
  switch (resource.plural) {
    case 'rolebindings':
    case 'clusterrolebindings':
      tags.push(...accountsOf(object).map((account) => `account ${account.namespace}/${account.name}`));
      break;
    case 'endpoints':
      tags.push(`service ${namespace}/${name}`);
      break;
    case 'ipaddresses': {
      const parent = field(object, 'spec', 'parentRef');
      tags.push(`service ${stringField(parent, 'namespace')}/${stringField(parent, 'name')}`);
      break;
    }
    default:
  }
  return tags;
}
