/** In which order objects are brought back, and which of them at once. */
import { stringField } from '../../k8s-decode/value.js';
import { applyRank } from '../apply-order.js';
import { isBuiltIn } from '../derived.js';
import type { Resource } from '../resources.js';
import type { Member } from './closure.js';
import { uidOf } from './put-back.js';
import { ownersOf } from './references.js';

/** An object and the bytes that are to be written for it. */
interface Sized {
  member: Member;
  value: Buffer;
}

/** A server takes 128 operations in a transaction (--max-txn-ops), and 1.5 MiB in a request (--max-request-bytes). */
const MOST_KEYS = 100;
const MOST_BYTES = 1 << 20;

/** Transactions that may be written in any order. */
export interface Round<T> {
  transactions: T[][];
  /** The garbage collector has to see what was written before: it deletes what it sees before an owner that it knew as gone. */
  waits: boolean;
}

/**
 * Parts objects into rounds, each to be written after the one before it. What others need is in an earlier round, and owners not in a
 * later one than what they own. What belongs together begins with one transaction: a controller makes anew what it does not see yet, the
 * garbage collector deletes what has no owner, and a volume without its claim is given back.
 *
 * No transaction has two objects of a resource: they would have one revision, and a client whose watch of the API server breaks off
 * between them goes on behind both (seen with a controller-manager, which never heard of 28 pods).
 */
export function* inRounds<T extends Sized>(items: readonly T[]): Generator<Round<T>> {
  for (const group of byRank(items)) {
    /** The uids of what is written and has owners itself. */
    const owned = new Set<string>();
    for (let left = group; left.length > 0; ) {
      const parted = families(left).map((family) => firstTransaction(family));
      const transactions = parted.map(({ transaction }) => transaction);
      yield { transactions, waits: transactions.flat().some(({ member }) => isOwnedBy(member, owned)) };
      left = parted.flatMap(({ rest }) => rest);
      for (const { member } of transactions.flat()) addOwned(owned, member);
    }
  }
}

function isOwnedBy({ item }: Member, uids: ReadonlySet<string>): boolean {
  return ownersOf(item.object).some(({ uid }) => uids.has(uid));
}

function addOwned(uids: Set<string>, { item }: Member): void {
  const uid = uidOf(item.object);
  if (uid && ownersOf(item.object).length > 0) uids.add(uid);
}

/** Families by the rank of their heads. */
function byRank<T extends Sized>(items: readonly T[]): T[][] {
  const heads = headsOf(items.map(({ member }) => member));
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const { resource } = heads.get(item.member)!.item;
    const rank = resource ? applyRank(resource) : UNKNOWN_RANK;
    const group = groups.get(rank);
    if (group) group.push(item);
    else groups.set(rank, [item]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/**
 * As much of a family as goes into one transaction: at least its first. Not what is owned by an object that has an owner itself: of a
 * pod that it sees before the replica set, the garbage collector looks at the replica set's owner, and remembers that one as gone.
 */
function firstTransaction<T extends Sized>(family: readonly T[]): { transaction: T[]; rest: T[] } {
  const transaction: T[] = [];
  const rest: T[] = [];
  const resources = new Set<Resource | undefined>();
  const later = new Set<string>();
  const owned = new Set<string>();
  let bytes = 0;
  for (const item of family) {
    const { resource, object } = item.member.item;
    const waits = isOwnedBy(item.member, later) || isOwnedBy(item.member, owned);
    const fits = transaction.length < MOST_KEYS && bytes + item.value.length <= MOST_BYTES && !resources.has(resource);
    if (transaction.length > 0 && (waits || !fits)) {
      rest.push(item);
      const uid = uidOf(object);
      if (uid) later.add(uid);
      continue;
    }
    transaction.push(item);
    addOwned(owned, item.member);
    resources.add(resource);
    bytes += item.value.length;
  }
  return { transaction, rest };
}

/** Objects with what they own, owners first. */
function families<T extends Sized>(items: readonly T[]): T[][] {
  const members = items.map(({ member }) => member);
  const ranks = ranksOf(members);
  const heads = headsOf(members);
  const byHead = new Map<Member, T[]>();
  for (const item of items) {
    const head = heads.get(item.member)!;
    const family = byHead.get(head);
    if (family) family.push(item);
    else byHead.set(head, [item]);
  }
  return [...byHead.values()].map((family) => family.sort((a, b) => ranks.get(a.member)! - ranks.get(b.member)!));
}

/** What others need has a smaller number, and owners a smaller one than what they own. */
function ranksOf(members: readonly Member[]): Map<Member, number> {
  const byUid = uidMap(members);
  const ranks = new Map<Member, number>();
  const rankOf = (member: Member): number => {
    const known = ranks.get(member);
    if (known !== undefined) return known;
    const { resource, object } = member.item;
    const own = (resource ? applyRank(resource) : UNKNOWN_RANK) * DEPTHS;
    // Owners in a circle end here.
    ranks.set(member, own);
    const owners = ownersOf(object).flatMap(({ uid }) => byUid.get(uid) ?? []);
    const rank = Math.max(own, ...owners.map((owner) => rankOf(owner) + 1));
    ranks.set(member, rank);
    return rank;
  };
  for (const member of members) rankOf(member);
  return ranks;
}

/** The member at the head of each family: the owner of owners; the service of an address, the claim of a volume; the namespace of what each has. */
function headsOf(members: readonly Member[]): Map<Member, Member> {
  const byUid = uidMap(members);
  const known = new Set(members);
  const namespaces = new Map<string, Member>();
  const claims = new Map<string, Member>();
  for (const member of members) {
    const { resource, namespace, name } = member.item;
    if (resource?.plural === 'namespaces') namespaces.set(name, member);
    if (resource?.plural === 'persistentvolumeclaims') claims.set(`${namespace}/${name}`, member);
  }
  const above = (member: Member): Member | undefined => {
    const { item, parent } = member;
    const owner = ownersOf(item.object)
      .map(({ uid }) => byUid.get(uid))
      .find((found) => found !== undefined && found !== member);
    if (owner) return owner;
    if (parent && known.has(parent) && parent.item.resource?.plural === 'services') return parent;
    const claim = claims.get(
      `${stringField(item.object, 'spec', 'claimRef', 'namespace')}/${stringField(item.object, 'spec', 'claimRef', 'name')}`,
    );
    if (claim && item.resource?.plural === 'persistentvolumes') return claim;
    const isOfNamespace = item.namespace !== undefined && item.object !== undefined && isBuiltIn(item.object);
    return isOfNamespace ? namespaces.get(item.namespace!) : undefined;
  };
  const heads = new Map<Member, Member>();
  for (const member of members) {
    const seen = new Set<Member>();
    let head = member;
    for (let next = above(head); next && !seen.has(next); next = above(head)) {
      seen.add(head);
      head = next;
    }
    heads.set(member, head);
  }
  return heads;
}

function uidMap(members: readonly Member[]): Map<string, Member> {
  return new Map(
    members.flatMap((member): [string, Member][] => {
      const uid = uidOf(member.item.object);
      return uid ? [[uid, member]] : [];
    }),
  );
}

/** Owners stand in no longer chains. */
const DEPTHS = 1000;
/** Of a key that is of no known resource. */
const UNKNOWN_RANK = 1000;

/** In the order in which they are shown: as they would be written one by one. */
export function inOrder(members: readonly Member[]): Member[] {
  const ranks = ranksOf(members);
  return members.toSorted((a, b) => ranks.get(a)! - ranks.get(b)!);
}
