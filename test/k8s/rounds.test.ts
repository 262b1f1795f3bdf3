import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StoredObject } from '../../src/k8s/objects.js';
import { builtInResources, findResource } from '../../src/k8s/resources.js';
import type { Member } from '../../src/k8s/undelete/closure.js';
import { ownersOf } from '../../src/k8s/undelete/references.js';
import { inRounds } from '../../src/k8s/undelete/rounds.js';
import { StoredValues } from '../../src/k8s/values.js';

const values = new StoredValues();

/** An object of a resource, with owners by their uids; its uid is its name. */
async function member(word: string, name: string, owners: string[] = [], spec: object = {}): Promise<Member> {
  const resource = findResource(word, builtInResources())!;
  const namespace = resource.namespaced ? 'shop' : undefined;
  const ownerReferences = owners.map((uid) => ({ apiVersion: 'v1', kind: 'Any', name: uid, uid }));
  const metadata = { name, namespace, uid: name, ownerReferences };
  const value = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: resource.kind, metadata, spec }));
  const key = Buffer.from(`/registry/${resource.prefix}/${name}`);
  const kv = { key, value, lease: '0', mod_revision: '1', create_revision: '1', version: '1' };
  const item = new StoredObject(kv, { resource, namespace, name }, await values.read(key, value));
  return { item, because: 'named', parent: undefined };
}

function rounds(members: Member[]) {
  return [...inRounds(members.map((each) => ({ member: each, value: each.item.kv.value })))];
}

/** The names, by round and transaction; `~` before a round that waits. */
function names(members: Member[]): string[] {
  return rounds(members).map(
    ({ transactions, waits }) =>
      (waits ? '~' : '') +
      transactions.map((each) => each.map(({ member: { item } }) => item.name).join('+')).join(' '),
  );
}

test('what belongs together is written at once, and pods after what the garbage collector has to know', async () => {
  const claim = { claimRef: { namespace: 'shop', name: 'c' } };
  const members = [
    await member('pods', 'p1', ['rs']),
    await member('pods', 'p2', ['rs']),
    await member('pods', 'db-0', ['db']),
    await member('pods', 'db-1', ['db']),
    await member('statefulsets', 'db'),
    await member('replicasets', 'rs', ['web']),
    await member('deployments', 'web'),
    await member('pvc', 'c'),
    await member('pv', 'v', [], claim),
    await member('ns', 'shop'),
    await member('configmaps', 'kube-root-ca.crt'),
    await member('sa', 'default'),
  ];
  assert.deepEqual(names(members), ['shop+default+kube-root-ca.crt', 'v+c', 'web+rs db+db-0', '~p1 p2 db-1']);
});

test('owners in a circle, and of a resource that is written first', async () => {
  assert.deepEqual(names([await member('pods', 'a', ['b']), await member('pods', 'b', ['a'])]), ['a b']);
  const secret = await member('secrets', 's', ['web']);
  assert.deepEqual(names([secret, await member('deployments', 'web')]), ['web+s']);
});

const WORDS = ['pods', 'replicasets', 'deployments', 'secrets', 'configmaps', 'pvc', 'pv', 'services', 'ns'];

test('any objects: all are written once, no owner late, and no resource twice at once', async () => {
  const owner = fc.record({ word: fc.constantFrom(...WORDS), owner: fc.option(fc.nat(11)) });
  await fc.assert(
    fc.asyncProperty(fc.array(owner, { maxLength: 12 }), async (drawn) => {
      // Owners are older: there is no circle.
      const owners = (index: number, of: number | null) => (of === null || of >= index ? [] : [`o${of}`]);
      const members = await Promise.all(drawn.map((each, at) => member(each.word, `o${at}`, owners(at, each.owner))));
      const seen = new Set<string>();
      for (const { transactions } of rounds(members)) {
        for (const transaction of transactions) {
          const resources = transaction.map((each) => each.member.item.resource);
          assert.equal(new Set(resources).size, resources.length);
          for (const { member: each } of transaction) {
            const inTransaction = transaction.map(({ member: other }) => other.item.name);
            for (const { uid } of ownersOf(each.item.object)) assert.ok(seen.has(uid) || inTransaction.includes(uid));
          }
        }
        for (const each of transactions.flat()) {
          assert.ok(!seen.has(each.member.item.name));
          seen.add(each.member.item.name);
        }
      }
      assert.equal(seen.size, members.length);
    }),
  );
});
