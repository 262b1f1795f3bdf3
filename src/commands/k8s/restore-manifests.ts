/** `k8s restore -o yaml`: what would be brought back, as manifests for another cluster. */
import { ExitCode, Failure } from '../../base/errors.js';
import { applyRank } from '../../k8s/apply-order.js';
import { cleanManifest } from '../../k8s/clean.js';
import type { Cluster } from '../../k8s/cluster.js';
import { isBuiltIn, isDerived } from '../../k8s/derived.js';
import { type Member, resourceOfKind } from '../../k8s/undelete/closure.js';
import { uidOf } from '../../k8s/undelete/put-back.js';
import { ownersOf } from '../../k8s/undelete/references.js';
import type { Fields } from '../../k8s-decode/index.js';
import type { Value } from '../../k8s-decode/value.js';
import type { CommandContext } from '../command.js';
import { openAnyCluster } from './cluster.js';
import { manifestOutput } from './export-output.js';
import { readWanted, type SourceFlags } from './restore-source.js';

/**
 * Writes manifests for `kubectl apply`, in the order in which they can be applied. Owners that the other cluster has already, if its
 * etcd is named by --endpoints, are named with their uids there; others cannot be named before they are there.
 */
export async function writeManifests(
  context: CommandContext,
  args: readonly string[],
  flags: SourceFlags & { output: string },
): Promise<number> {
  const output = manifestOutput(context, { output: flags.output, outputDir: '' });
  const { registryPrefix } = flags;
  const isLive = flags.from === '';
  const other =
    !isLive && context.options.given.has('endpoints') ? await openAnyCluster(context, { registryPrefix }) : undefined;
  const wanted = await readWanted(context, other, args, flags);
  try {
    const owners = new Owners(other, wanted.members);
    const left = { owned: 0, derived: 0 };
    const unread: string[] = [];
    for (const { item } of wanted.members.toSorted((a, b) => rank(a) - rank(b))) {
      const { object, resource } = item;
      if (!object || !resource) unread.push(item.key);
      else if (isDerived(resource) || isBuiltIn(object)) left.derived++;
      else if (owners.makes(object)) left.owned++;
      else await output.write(item, await owners.map(item.key, object, item.namespace));
    }
    await output.end();
    await context.stdout.flush();
    const parts = [
      `${output.count} ${output.count === 1 ? 'object' : 'objects'}`,
      ...(left.owned > 0 ? [`${left.owned} left out that their owners make`] : []),
      ...(left.derived > 0 ? [`${left.derived} left out that are there by themselves`] : []),
    ];
    await context.stderr.write(`${parts.join(', ')}\n`);
    for (const note of owners.notes) await context.stderr.write(`${note}\n`);
    if (unread.length > 0)
      throw new Failure(`${unread.length} values are no objects: ${unread.slice(0, 8).join(', ')}`);
    return ExitCode.Ok;
  } finally {
    wanted.close();
  }
}

function rank({ item }: Member): number {
  return item.resource ? applyRank(item.resource) : Number.POSITIVE_INFINITY;
}

/** The groups whose controllers make what their objects own. */
const MAKERS = new Set(['', 'apps', 'batch', 'discovery.k8s.io']);

class Owners {
  /** What was done to owners, a line each. */
  readonly notes: string[] = [];
  private readonly uids: Set<string>;

  constructor(
    private readonly other: Cluster | undefined,
    members: readonly Member[],
  ) {
    this.uids = new Set(members.flatMap(({ item }) => uidOf(item.object) ?? []));
  }

  /** Whether an object is made anew by one that is written too: a deployment's replica sets, a job's pods. */
  makes(object: Fields): boolean {
    return ownersOf(object).some(
      ({ isController, uid, apiVersion }) => isController && this.uids.has(uid) && MAKERS.has(groupOf(apiVersion)),
    );
  }

  /** The manifest of an object, with the owners that the other cluster has. */
  async map(key: string, object: Fields, namespace: string | undefined): Promise<Fields> {
    const manifest = cleanManifest(object);
    const references: Value[] = [];
    for (const owner of ownersOf(object)) {
      const uid = await this.uidThere(owner, namespace);
      const text = `${key}: its owner ${owner.kind} ${owner.name}`;
      if (uid === undefined) {
        this.notes.push(
          `${text} is left out: ${this.other ? 'it is not in the other cluster yet' : 'its uid is another there'}`,
        );
        continue;
      }
      this.notes.push(`${text} has the uid ${uid} there`);
      references.push(reference(owner, uid));
    }
    if (references.length === 0) return manifest;
    const metadata = new Map(manifest.get('metadata') as Fields).set('ownerReferences', references);
    return new Map(manifest).set('metadata', metadata);
  }

  private async uidThere(
    { apiVersion, kind, name }: Owner,
    namespace: string | undefined,
  ): Promise<string | undefined> {
    const { other } = this;
    const resource = other && resourceOfKind(await other.resources(), apiVersion, kind);
    if (!other || !resource) return undefined;
    const [kv] = (await other.client.kv.range({ key: Buffer.from(other.keyOf(resource, namespace, name)) })).kvs;
    return kv && uidOf((await other.values.read(kv.key, kv.value)).stored?.object);
  }
}

type Owner = ReturnType<typeof ownersOf>[number];

function reference({ apiVersion, kind, name, isController }: Owner, uid: string): Value {
  const fields: [string, Value][] = [
    ['apiVersion', apiVersion],
    ['kind', kind],
    ['name', name],
    ['uid', uid],
  ];
  if (isController) fields.push(['controller', true]);
  return new Map(fields);
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
