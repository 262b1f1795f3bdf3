/** What is to be done with each object that is to be brought back. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import { Failure } from '../../base/errors.js';
import { eachInFlight } from '../../base/in-flight.js';
import type { Cluster } from '../../k8s/cluster.js';
import { isBuiltIn, isDerived } from '../../k8s/derived.js';
import { withManager, withPutBack } from '../../k8s/managed-entry.js';
import { changeText, isSame, objectChanges } from '../../k8s/object-diff.js';
import type { StoredObject } from '../../k8s/objects.js';
import { qualifiedName, type Resource } from '../../k8s/resources.js';
import { Allocations } from '../../k8s/undelete/allocations.js';
import { type Member, resourceOfKind } from '../../k8s/undelete/closure.js';
import { deletedSince, nodeOf, revived, uidOf } from '../../k8s/undelete/put-back.js';
import { ownersOf } from '../../k8s/undelete/references.js';
import { inOrder } from '../../k8s/undelete/rounds.js';
import { formOf, likeStored, type StoredPlace, storedBytes } from '../../k8s/write.js';
import { isEncrypted } from '../../k8s-decode/encryption/describe.js';
import type { Fields } from '../../k8s-decode/index.js';
import { withoutManagedFields } from '../../k8s-decode/protobuf/field-mask.js';
import { stringField } from '../../k8s-decode/value.js';
import { ComparedValues } from '../../output/compared-values.js';
import { prefixRange } from '../../rpc/keys.js';
import type { CommandContext } from '../command.js';
import type { Wanted } from './restore-source.js';

/** What is to be done with an object. */
export interface Plan {
  member: Member;
  /** Where it goes. */
  key: string;
  /**
   * `leave`: it differs. `refuse`: something stands against it, as the first of the notes says. `keep`: it differs, and is only there
   * because others need it.
   */
  action: 'create' | 'overwrite' | 'leave' | 'refuse' | 'keep' | 'same';
  /** As it is in etcd now. */
  now: IKeyValue | undefined;
  /** The cluster makes it by itself: it is as good where it was quicker. */
  isMade: boolean;
  /** What is to be written. */
  value: Buffer;
  /** Lines for the overview. */
  notes: string[];
}

/** How many keys are asked for at a time. */
const IN_FLIGHT = 32;

/** Plans for all, in the order in which they are to be written. */
export async function planRestore(
  context: CommandContext,
  target: Cluster,
  wanted: Wanted,
  overwrite: boolean,
): Promise<Plan[]> {
  const planner = new Planner(context, target, wanted, overwrite);
  return planner.plan();
}

/** An object as it is, and as it would be brought back. */
interface Comparison {
  plan: Plan;
  /** The object that would be written; undefined where the value is not one, stays closed, or is there byte for byte. */
  object: Fields | undefined;
  current: Fields | undefined;
}

class Planner {
  private readonly compared: ComparedValues;
  private readonly date = new Date();
  /** The uids that will be there. */
  private readonly uids = new Set<string>();
  /** Namespaces by how they are in the target. */
  private readonly namespaces = new Map<string, Fields | undefined>();
  private readonly nodes = new Set<string>();
  private readonly owners = new Map<string, boolean>();
  /** A value of each resource in the target, by its folder. */
  private readonly samples = new Map<string, Promise<IKeyValue | undefined>>();
  private resources: readonly Resource[] = [];

  constructor(
    context: CommandContext,
    private readonly target: Cluster,
    private readonly wanted: Wanted,
    private readonly overwrite: boolean,
  ) {
    this.compared = new ComparedValues(context, { managedFields: false });
  }

  async plan(): Promise<Plan[]> {
    this.resources = await this.target.resources();
    const found = new Map<Member, Comparison>();
    await eachInFlight(this.wanted.members, IN_FLIGHT, async (member) => {
      found.set(member, await this.compare(member));
    });
    const compared = this.wanted.members.map((member) => found.get(member)!);
    // What stays is not looked into: it may be most of a cluster.
    const others = compared.filter((each) => !isSettled(each)).map(({ plan }) => plan.member);
    const all = [...inOrder(others).map((member) => found.get(member)!), ...compared.filter(isSettled)];
    for (const { plan, object, current } of all) {
      const isWritten = plan.action === 'create' || plan.action === 'overwrite';
      const uid = uidOf(isWritten ? object : current);
      if (uid) this.uids.add(uid);
      if (isWritten && isNamespace(plan.member.item)) this.namespaces.set(plan.member.item.name, object);
      if (isWritten && plan.member.item.resource?.plural === 'nodes') this.nodes.add(plan.member.item.name);
    }
    await this.checkSurroundings(all);
    await this.checkAllocations(all);
    return all.map(({ plan }) => plan);
  }

  private async compare(member: Member): Promise<Comparison> {
    const { item } = member;
    const key = this.wanted.keyOf(item);
    const [now] = (await this.target.client.kv.range({ key: Buffer.from(key) })).kvs;
    const plan: Plan = { member, key, action: 'same', now, isMade: false, value: item.kv.value, notes: [] };
    if (now?.value.equals(item.kv.value)) return { plan, object: undefined, current: undefined };
    const { stored } = item;
    const back = stored && revived(stored.object);
    const current = now && (await this.target.values.read(now.key, now.value)).stored?.object;
    const comparison: Comparison = { plan, object: back?.object, current };
    if (back && current && isAlike(back.object, current)) return comparison;
    plan.isMade = !this.wanted.isExplicit && isMadeAnew(item);
    plan.notes.push(...(back?.notes ?? []));
    if (now) await this.difference(plan, now, current, back?.object);
    else {
      plan.action = 'create';
      if (item.kv.lease !== '0') plan.notes.push('its lease is gone: it will not expire');
    }
    if (plan.action === 'create' || plan.action === 'overwrite') await this.encode(plan, back?.object, current);
    return comparison;
  }

  private async difference(
    plan: Plan,
    now: IKeyValue,
    current: Fields | undefined,
    object: Fields | undefined,
  ): Promise<void> {
    const { member, notes } = plan;
    const isNeeded = member.because === 'needed' || plan.isMade;
    plan.action = isNeeded ? 'keep' : this.overwrite ? 'overwrite' : 'leave';
    if (isNeeded) return;
    notes.unshift(`it is at revision ${now.mod_revision}, and was at ${member.item.kv.mod_revision}`);
    const [uid, other] = [uidOf(object), uidOf(current)];
    if (uid && other && uid !== other) notes.push(`another object has its name: its uid is ${other}`);
    const deleted = deletedSince(current);
    if (deleted) notes.push(`it is being deleted since ${deleted}`);
    notes.push(...(await this.whatDiffers(now, member.item.kv.value)));
  }

  private async whatDiffers(now: IKeyValue, then: Buffer): Promise<string[]> {
    const [left, right] = [await this.compared.read(now.key, now.value), await this.compared.read(now.key, then)];
    const changes = objectChanges(left.shown, right.shown);
    const lines = changes.slice(0, NAMED_CHANGES).map((change) => {
      const text = changeText(change);
      return text.length > LONGEST_CHANGE ? `${text.slice(0, LONGEST_CHANGE)}…` : text;
    });
    const more = changes.length - lines.length;
    return more > 0 ? [...lines, `and ${more} more`] : lines;
  }

  /** The bytes to be written: with an entry of who did it, where the object can be read and written. */
  private async encode(plan: Plan, object: Fields | undefined, current: Fields | undefined): Promise<void> {
    const { item } = plan.member;
    const { stored, plain } = item;
    if (!object || !stored || !plain) {
      if (isEncrypted(item.kv.value)) plan.notes.push('encrypted: the API server needs the key of then');
      return;
    }
    const changed = current ? withManager(object, current, this.date) : object;
    const marked = changed === object ? withPutBack(object, this.date) : changed;
    const layout = likeStored(stored.object, marked);
    try {
      plan.value = await storedBytes(this.target.values, layout, await this.placeOf(plan), formOf(stored, plain));
    } catch (error) {
      if (!(error instanceof Failure) || !isEncrypted(item.kv.value)) throw error;
      plan.notes.push('encrypted: as it was, and the API server needs the key of then');
    }
  }

  /** Where an object goes, and what of its resource is there: what is written has to be encrypted as that is. */
  private async placeOf({ key, now, member }: Plan): Promise<StoredPlace> {
    const { resource, kv } = member.item;
    const there = now ?? (resource && (await this.sampleOf(resource)));
    return { key, resource, resembles: there ?? (isEncrypted(kv.value) ? kv : undefined) };
  }

  private sampleOf(resource: Resource): Promise<IKeyValue | undefined> {
    const folder = this.target.folderOf(resource);
    let sample = this.samples.get(folder);
    if (!sample) {
      const range = prefixRange(Buffer.from(folder));
      sample = this.target.client.kv.range({ ...range, limit: '1' }).then(({ kvs }) => kvs[0]);
      this.samples.set(folder, sample);
    }
    return sample;
  }

  /** What an object needs around it in order to stay. */
  private async checkSurroundings(all: readonly Comparison[]): Promise<void> {
    for (const { plan, object } of all) {
      if (plan.action !== 'create' && plan.action !== 'overwrite') continue;
      const { item } = plan.member;
      if (item.namespace !== undefined) await this.checkNamespace(plan, item.namespace);
      await this.checkOwners(plan, object);
      await this.checkClaim(plan, object);
      const node = nodeOf(object);
      if (node !== undefined && !(await this.hasNode(node))) {
        plan.notes.push(`its node ${node} is not there: the pod will be deleted`);
      }
    }
  }

  private async checkNamespace(plan: Plan, name: string): Promise<void> {
    if (!this.namespaces.has(name)) {
      const resource = this.resources.find(({ plural, group }) => plural === 'namespaces' && group === '')!;
      this.namespaces.set(name, await this.read(this.target.keyOf(resource, undefined, name)));
    }
    const namespace = this.namespaces.get(name);
    const deleted = deletedSince(namespace);
    if (!namespace) plan.notes.push(`there is no namespace ${name} (--with-dependents brings it)`);
    if (!deleted) return;
    plan.action = 'refuse';
    plan.notes.unshift(`its namespace is being deleted since ${deleted}: it would be deleted with it`);
  }

  /** A volume whose claim is gone is given back, and by its policy deleted with all that is in it. */
  private async checkClaim(plan: Plan, object: Fields | undefined): Promise<void> {
    if (stringField(object, 'kind') !== 'PersistentVolume') return;
    const [namespace, name, uid] = ['namespace', 'name', 'uid'].map((part) =>
      stringField(object, 'spec', 'claimRef', part),
    );
    if (!namespace || !name || !uid || this.uids.has(uid)) return;
    const claims = this.resources.find(({ plural, group }) => plural === 'persistentvolumeclaims' && group === '')!;
    if (uidOf(await this.read(this.target.keyOf(claims, namespace, name))) === uid) return;
    const policy = stringField(object, 'spec', 'persistentVolumeReclaimPolicy') || 'Retain';
    const text = `its claim ${namespace}/${name} is not there`;
    if (policy === 'Retain') plan.notes.push(`${text}: it will be released (--with-dependents)`);
    else {
      plan.action = 'refuse';
      plan.notes.unshift(`${text}, and its policy is ${policy}: the data would be lost (--with-dependents)`);
    }
  }

  /** The garbage collector deletes what has no owner left. */
  private async checkOwners(plan: Plan, object: Fields | undefined): Promise<void> {
    const owners = ownersOf(object);
    if (owners.length === 0) return;
    for (const { uid, apiVersion, kind, name } of owners) {
      if (this.uids.has(uid)) return;
      const resource = resourceOfKind(this.resources, apiVersion, kind);
      if (!resource || (await this.hasOwner(this.target.keyOf(resource, plan.member.item.namespace, name), uid)))
        return;
    }
    const [{ kind, name }] = owners as [ReturnType<typeof ownersOf>[number]];
    plan.notes.push(
      `its owner, ${kind} ${name}, is not there: the garbage collector will delete it (--with-dependents)`,
    );
  }

  private async hasOwner(key: string, uid: string): Promise<boolean> {
    const id = `${key} ${uid}`;
    const known = this.owners.get(id) ?? uidOf(await this.read(key)) === uid;
    this.owners.set(id, known);
    return known;
  }

  private async hasNode(name: string): Promise<boolean> {
    if (!this.nodes.has(name)) {
      const resource = this.resources.find(({ plural, group }) => plural === 'nodes' && group === '')!;
      if (!(await this.read(this.target.keyOf(resource, undefined, name)))) return false;
      this.nodes.add(name);
    }
    return true;
  }

  private async read(key: string): Promise<Fields | undefined> {
    const [kv] = (await this.target.client.kv.range({ key: Buffer.from(key) })).kvs;
    return kv && (await this.target.values.read(kv.key, kv.value)).stored?.object;
  }

  /** Services whose addresses and ports others have now are not written. */
  private async checkAllocations(all: readonly Comparison[]): Promise<void> {
    const services = all.filter(
      ({ plan, object }) =>
        object &&
        (plan.action === 'create' || plan.action === 'overwrite') &&
        plan.member.item.resource &&
        qualifiedName(plan.member.item.resource) === 'services',
    );
    if (services.length === 0) return;
    const allocations = await Allocations.read(this.target);
    for (const { plan, object } of services) {
      const { conflicts, notes } = allocations.check(object!);
      plan.notes.push(...notes);
      if (conflicts.length === 0) continue;
      plan.action = 'refuse';
      plan.notes.unshift(...conflicts);
    }
  }
}

/** Whether an object is byte for byte what it was. */
function isSettled({ plan, object }: Comparison): boolean {
  return plan.action === 'same' && object === undefined;
}

/** So many differences are named. */
const NAMED_CHANGES = 8;
const LONGEST_CHANGE = 160;

/** Whether two objects differ in nothing but who wrote them. */
function isAlike(one: Fields, other: Fields): boolean {
  return isSame(withoutManagedFields(one), withoutManagedFields(other));
}

/** Whether a cluster makes an object by itself, when its namespace or its owner is there. */
function isMadeAnew({ resource, object }: StoredObject): boolean {
  return (resource !== undefined && isDerived(resource)) || (object !== undefined && isBuiltIn(object));
}

function isNamespace({ resource }: StoredObject): boolean {
  return resource?.plural === 'namespaces' && resource.group === '';
}
