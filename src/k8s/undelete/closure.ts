/** All that has to come back with some objects, so that they work again. */
import { eachInFlight } from '../../base/in-flight.js';
import { stringField } from '../../k8s-decode/value.js';
import type { Cluster, KeyPlace } from '../cluster.js';
import { readObjects, type StoredObject } from '../objects.js';
import { findResource, qualifiedName, type Resource } from '../resources.js';
import { namedBy, type Owner, ownersOf, type Reference } from './references.js';
import type { SourceIndex } from './source-index.js';

/** An object of the closure. */
export interface Member {
  item: StoredObject;
  /**
   * `named` by the user, or an owner of what is; `owned`: it goes with another; `needed`: another does not work without it, and it may
   * have more users than these.
   */
  because: 'named' | 'owned' | 'needed';
  /** Under which it is shown. */
  parent: Member | undefined;
}

/** What is named by a member, and is not in the source. */
export interface Missing {
  /** `secrets "pw"`. */
  what: string;
  key: string;
  /** The key of what names it. */
  by: string;
}

export interface ClosureOptions {
  /** Owners, what they own and what is named. Without it only what is in the named namespaces and of the named definitions. */
  dependents: boolean;
}

/** How many values are asked for at a time. */
const IN_FLIGHT = 32;

/** A member that is to be read. */
interface Wanted {
  place: KeyPlace;
  because: Member['because'];
  parent: Member;
}

export class Closure {
  /** By key, in the order in which they were found. */
  readonly members = new Map<string, Member>();
  /** By key. */
  readonly missing = new Map<string, Missing>();
  private next: Member[] = [];
  private resources: readonly Resource[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly index: SourceIndex,
    private readonly options: ClosureOptions,
  ) {}

  /** Adds objects, and all that goes with them. */
  async add(items: readonly StoredObject[]): Promise<void> {
    this.resources = await this.cluster.resources();
    for (const item of items) this.put(item, 'named', undefined);
    while (this.next.length > 0) {
      const round = this.next;
      this.next = [];
      const wanted = new Map<string, Wanted>();
      for (const member of round) for (const each of this.around(member)) this.want(wanted, each);
      await this.read([...wanted.values()]);
    }
  }

  private put(item: StoredObject, because: Member['because'], parent: Member | undefined): void {
    const member: Member = { item, because, parent };
    this.members.set(item.key, member);
    this.next.push(member);
  }

  private want(wanted: Map<string, Wanted>, each: Wanted): void {
    const { resource, namespace, name } = each.place;
    const key = this.cluster.keyOf(resource, namespace, name);
    const known = this.members.get(key);
    if (known) {
      if (known.because !== 'needed' || each.because === 'needed') return;
      // It is more than needed: what it owns comes too.
      known.because = each.because;
      this.next.push(known);
      return;
    }
    const first = wanted.get(key);
    if (!first || (first.because === 'needed' && each.because !== 'needed')) wanted.set(key, each);
  }

  /** What has to come with a member. */
  private *around(member: Member): Generator<Wanted> {
    const { item, because } = member;
    const { resource, namespace, name, object } = item;
    if (!resource) return;
    const place: KeyPlace = { resource, namespace, name };
    const isAccount = qualifiedName(resource) === 'serviceaccounts';
    if (because === 'named' || (this.options.dependents && (because === 'owned' || isAccount))) {
      for (const entry of this.index.dependents(place, object, because === 'named')) {
        if (this.options.dependents || isInside(resource)) yield { place: entry, because: 'owned', parent: member };
      }
    }
    if (!object) return;
    const named = namedBy(object, place).filter(
      ({ resource: kind }) => this.options.dependents || kind === 'namespaces',
    );
    for (const reference of named) {
      const to = this.placeOf(reference);
      if (to) yield { place: to, because: 'needed', parent: member };
    }
    if (!this.options.dependents) return;
    for (const owner of ownersOf(object)) {
      const to = this.ownerPlace(owner, namespace);
      // What is in no namespace, such as the node of a static pod, owns more than this.
      const isShared = because === 'needed' || (to !== undefined && to.namespace !== namespace);
      if (to) yield { place: to, because: isShared ? 'needed' : 'owned', parent: member };
    }
  }

  private placeOf({ resource: name, namespace, name: object }: Reference): KeyPlace | undefined {
    const resource = findResource(name, this.resources);
    if (!resource || object.includes('/')) return undefined;
    return { resource, namespace: resource.namespaced ? namespace : undefined, name: object };
  }

  private ownerPlace({ apiVersion, kind, name }: Owner, namespace: string | undefined): KeyPlace | undefined {
    const resource = resourceOfKind(this.resources, apiVersion, kind);
    if (!resource || name.includes('/')) return undefined;
    return { resource, namespace: resource.namespaced ? namespace : undefined, name };
  }

  private async read(wanted: readonly Wanted[]): Promise<void> {
    const found = new Map<Wanted, StoredObject>();
    await eachInFlight(wanted, IN_FLIGHT, async (each) => {
      for await (const item of readObjects(this.cluster, each.place)) found.set(each, item);
    });
    // In the order in which they are wanted, whichever answer came first.
    for (const each of wanted) {
      const item = found.get(each);
      if (item) this.put(item, each.because, each.parent);
      else this.miss(each);
    }
  }

  private miss({ place, parent }: Wanted): void {
    const { resource, namespace, name } = place;
    const key = this.cluster.keyOf(resource, namespace, name);
    const what = `${qualifiedName(resource)} "${name}"`;
    if (!this.missing.has(key)) this.missing.set(key, { what, key, by: parent.item.key });
  }
}

function isInside(resource: Resource): boolean {
  return ['namespaces', 'customresourcedefinitions'].includes(resource.plural);
}

/** The resource that an apiVersion and kind mean, whatever the version. */
export function resourceOfKind(resources: readonly Resource[], apiVersion: string, kind: string): Resource | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return resources.find((each) => each.kind === kind && each.group === group && !each.internal);
}

/** Under which member each is shown: its owner, what it is in, or what it came with. */
export function parentsOf(members: readonly Member[]): Map<Member, Member | undefined> {
  const byUid = new Map<string, Member>();
  const namespaces = new Map<string, Member>();
  for (const member of members) {
    const { item } = member;
    const uid = stringField(item.object, 'metadata', 'uid');
    if (uid) byUid.set(uid, member);
    if (item.resource?.plural === 'namespaces' && item.namespace === undefined) namespaces.set(item.name, member);
  }
  const parents = new Map<Member, Member | undefined>();
  for (const member of members) {
    const owner = ownersOf(member.item.object)
      .map(({ uid }) => byUid.get(uid))
      .find((found) => found !== undefined);
    const { namespace } = member.item;
    const inside = namespace === undefined ? undefined : namespaces.get(namespace);
    const parent =
      owner ?? (isOfDefinition(member) ? member.parent : inside) ?? (isRoot(member) ? undefined : member.parent);
    if (parent && parent !== member && !isBelow(parents, parent, member)) parents.set(member, parent);
    else parents.set(member, undefined);
  }
  return parents;
}

/** A custom resource that comes with its definition, for the definition was named. */
function isOfDefinition({ item, because, parent }: Member): boolean {
  return (
    because === 'owned' &&
    item.resource?.custom !== undefined &&
    parent?.item.resource?.plural === 'customresourcedefinitions'
  );
}

/** A namespace or a definition holds others: it is not shown below one of them. */
function isRoot({ item }: Member): boolean {
  return item.resource !== undefined && isInside(item.resource);
}

function isBelow(parents: Map<Member, Member | undefined>, from: Member, member: Member): boolean {
  for (let at: Member | undefined = from; at; at = parents.get(at)) if (at === member) return true;
  return false;
}
