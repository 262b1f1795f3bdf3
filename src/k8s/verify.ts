/** Whether the stored objects are sound: each by itself, and in what they say of each other. */
import { Failure } from '../base/errors.js';
import { encodeStored, isKnownKind, type Stored } from '../k8s-decode/index.js';
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import type { Cluster, KeyPlace } from './cluster.js';
import { readAllObjects, type StoredObject } from './objects.js';
import { allocatedRanges } from './ranges.js';
import { builtInResources, type Resource } from './resources.js';

/** Something that is wrong with a key. */
export interface Problem {
  key: string;
  /**
   * `decode`: the value is no object. `resource`: nobody declares the key's resource. `key`: the object is another one than the key
   * says. `uid`: another object has the same. `namespace`, `owner`: what it refers to is not there. `range`: an address or a port that
   * is not taken as it should be.
   */
  check: 'decode' | 'resource' | 'key' | 'uid' | 'namespace' | 'owner' | 'range';
  problem: string;
}

/** What was looked at. */
export interface Verified {
  keys: number;
  problems: number;
}

/** An owner that objects name, by what they say of it. */
interface OwnerReference {
  uid: string;
  kind: string;
  name: string;
  namespace: string | undefined;
  /** The first key that names it, and how many more do. */
  key: string;
  others: number;
}

/** Checks a cluster. What objects say of each other is told at the end. */
export async function* verifyCluster(cluster: Cluster): AsyncGenerator<Problem, Verified> {
  const verifier = new Verifier();
  const done: Verified = { keys: 0, problems: 0 };
  for await (const item of readAllObjects(cluster)) {
    done.keys++;
    for await (const problem of verifier.object(item)) {
      done.problems++;
      yield problem;
    }
  }
  for (const problem of [...verifier.references(await cluster.keyReader()), ...(await rangeProblems(cluster))]) {
    done.problems++;
    yield problem;
  }
  return done;
}

class Verifier {
  /** The key of each uid. */
  private readonly uids = new Map<string, string>();
  private readonly namespaces = new Set<string>();
  /** The first key in each namespace. */
  private readonly inhabited = new Map<string, string>();
  private readonly owners = new Map<string, OwnerReference>();

  async *object(item: StoredObject): AsyncGenerator<Problem> {
    const { key, resource, object } = item;
    if (!resource) {
      yield { key, check: 'resource', problem: 'no resource of this name is known, and no definition of it is stored' };
    }
    if (!object) {
      yield { key, check: 'decode', problem: item.reason!.message.replace(`${key}: `, '') };
      return;
    }
    if (!resource || resource.internal) return;
    yield* keyProblems(item, resource, object);
    const problem = resource.custom ? undefined : await typeProblem(item.stored!);
    if (problem) yield { key, check: 'decode', problem };
    yield* this.uid(key, stringField(object, 'metadata', 'uid'));
    if (resource.plural === 'namespaces' && resource.group === '') this.namespaces.add(item.name);
    if (item.namespace !== undefined && !this.inhabited.has(item.namespace)) this.inhabited.set(item.namespace, key);
    this.keepOwners(item, object);
  }

  private *uid(key: string, uid: string | undefined): Generator<Problem> {
    if (!uid) {
      yield { key, check: 'uid', problem: 'the object has no uid' };
      return;
    }
    const other = this.uids.get(uid);
    if (other !== undefined) yield { key, check: 'uid', problem: `${other} has the same uid, ${uid}` };
    else this.uids.set(uid, key);
  }

  private keepOwners({ key, namespace }: StoredObject, object: Fields): void {
    const references = field(object, 'metadata', 'ownerReferences');
    if (!Array.isArray(references)) return;
    for (const reference of references) {
      const [uid = '', kind = '', name = ''] = ['uid', 'kind', 'name'].map((part) => stringField(reference, part));
      const id = `${uid} ${kind} ${name} ${namespace ?? ''}`;
      const known = this.owners.get(id);
      if (known) known.others++;
      else this.owners.set(id, { uid, kind, name, namespace, key, others: 0 });
    }
  }

  /** What could not be said before all objects were seen. */
  *references(place: (key: string) => KeyPlace | undefined): Generator<Problem> {
    for (const [namespace, key] of this.inhabited) {
      if (!this.namespaces.has(namespace)) {
        yield { key, check: 'namespace', problem: `there is no namespace ${namespace}, and objects in it` };
      }
    }
    for (const owner of this.owners.values()) {
      const problem = ownerProblem(owner, this.uids.get(owner.uid), place);
      const others = owner.others > 0 ? ` (and ${owner.others} more objects name it)` : '';
      if (problem) yield { key: owner.key, check: 'owner', problem: problem + others };
    }
  }
}

function ownerProblem(
  { uid, kind, name, namespace }: OwnerReference,
  ownerKey: string | undefined,
  place: (key: string) => KeyPlace | undefined,
): string | undefined {
  const owner = ownerKey === undefined ? undefined : place(ownerKey);
  if (!owner) return `its owner, ${kind} ${name} with the uid ${uid}, is gone`;
  if (owner.name !== name || owner.resource.kind !== kind) {
    return `its owner is named as ${kind} ${name}, and the object with the uid ${uid} is ${ownerKey}`;
  }
  if (owner.namespace === undefined || owner.namespace === namespace) return undefined;
  return `its owner ${ownerKey} is in another namespace`;
}

/** What an object itself says against the key that it stands under. */
export function* keyProblems(
  { key, name, namespace }: Pick<StoredObject, 'key' | 'name' | 'namespace'>,
  resource: Resource,
  object: Fields,
): Generator<Problem> {
  const type = `${stringField(object, 'apiVersion') ?? ''} ${stringField(object, 'kind') ?? ''}`;
  if (!isOf(resource, type)) yield { key, check: 'key', problem: `the object is a ${type}` };
  const metadata = object.get('metadata');
  for (const [part, wanted] of [
    ['name', name],
    ['namespace', namespace],
  ] as const) {
    const found = stringField(metadata, part) || undefined;
    if (found !== wanted) yield { key, check: 'key', problem: `the object's ${part} is ${found ?? 'missing'}` };
  }
}

/**
 * Why an API server could not read an object of one of Kubernetes' own kinds: nobody knows its version, or, where it is text, a field is
 * of another type. Undefined where it can.
 */
export async function typeProblem({ apiVersion, kind, encoding, object }: Stored): Promise<string | undefined> {
  if (!(await isKnownKind(apiVersion, kind))) return `no ${apiVersion} ${kind} is known`;
  if (encoding === 'protobuf') return undefined;
  try {
    await encodeStored(object, { encoding: 'protobuf' });
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // A field that is not known, an API server passes over.
    return /has no field of this name$/.test(error.message) ? undefined : error.message;
  }
}

/** Whether the type, `apps/v1 Deployment`, is one in which objects of the resource are stored: groups have changed over time. */
function isOf(resource: Resource, type: string): boolean {
  const [, group = '', kind] = /^(?:([^/ ]*)\/)?[^/ ]+ (.*)$/.exec(type) ?? [];
  if (resource.group === group && resource.kind === kind) return true;
  return builtInResources().some(
    (other) => other.prefix === resource.prefix && other.group === group && other.kind === kind,
  );
}

/** Addresses count by their bitmap only where there are no IPAddress objects: newer releases leave an old bitmap behind. */
async function rangeProblems(cluster: Cluster): Promise<Problem[]> {
  const ranges = await allocatedRanges(cluster);
  const hasObjects = ranges.some(({ source }) => !source.startsWith('/'));
  return ranges
    .filter(({ of, source }) => of === 'ports' || !hasObjects || !source.startsWith('/'))
    .flatMap(({ range, source, holdings }) =>
      holdings
        .filter(({ state }) => state !== 'held')
        .map(({ value, state, services }) => {
          const who = services.join(', ');
          const text = {
            leaked: `${value} is taken, and no service has it`,
            missing: `service ${who} has ${value}, which is not taken${range && ` in ${range}`}`,
            conflict: `the services ${who} all have ${value}`,
            held: '',
          }[state];
          return { key: source, check: 'range' as const, problem: text };
        }),
    );
}
