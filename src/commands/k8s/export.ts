import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, int, string } from '../../base/flags/declare.js';
import { applyRank } from '../../k8s/apply-order.js';
import { cleanManifest } from '../../k8s/clean.js';
import type { Cluster } from '../../k8s/cluster.js';
import { isBuiltIn, isDerived, isOwned } from '../../k8s/derived.js';
import { labelSelector } from '../../k8s/label-selector.js';
import { readObjects, type StoredObject } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';
import type { Fields } from '../../k8s-decode/index.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { openCluster } from './cluster.js';
import { type ManifestOutput, manifestOutput } from './export-output.js';
import { parseTargets, type Target } from './get-arguments.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, namedObject, objectText } from './objects.js';

export const spec = {
  usage: 'k8s export [options] [TYPE[,TYPE…] [NAME…] | TYPE/NAME…]',
  description:
    'Writes stored objects as manifests that `kubectl apply` takes: without uid, resourceVersion, status, managedFields and what else the API server and controllers have put in. Without a TYPE: all of the namespace, and the namespace itself; with -A all of the cluster. What others make is left out unless it is named: objects with a controlling owner (--include-owned), events, endpoints, leases, nodes and the like, and what every cluster has by itself. Objects come in the order in which they can be applied, in the versions in which they are stored (CustomResourceDefinitions as v1).',
  examples: [
    'ketcdctl k8s export -n shop > shop.yaml',
    'ketcdctl --endpoints file:backup.db k8s export -n shop deploy,svc,cm | kubectl apply -f -',
    'ketcdctl k8s export -A --output-dir cluster/ # a file for each object',
    'ketcdctl k8s export -n shop deploy/web -o json',
  ],
  complete: 'object',
  flags: {
    namespace: { ...NAMESPACE_FLAG.namespace, help: 'the namespace to export' },
    allNamespaces: bool('all namespaces, and what is in none', { short: 'A' }),
    selector: string('only objects with these labels: app=web,tier!=db', { short: 'l' }),
    output: string('yaml (the default) or json', { short: 'o', value: 'FORMAT', choices: ['yaml', 'json'] }),
    outputDir: string('write a file for each object', { value: 'DIR', complete: 'directory' }),
    includeOwned: bool('also what a controller made, such as the pods of a deployment'),
    rev: int('the revision to read (0: the newest)', { default: '0' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const output = manifestOutput(context, flags);
  const cluster = await openCluster(context, flags);
  const exporter = new Exporter(context, flags, cluster, output);
  for (const target of inOrder(await targetsOf(cluster, args, flags))) await exporter.export(target, args.length > 0);
  await output.end();
  return exporter.end();
};

function inOrder(targets: Target[]): Target[] {
  return targets.toSorted((a, b) => applyRank(a.resource) - applyRank(b.resource));
}

async function targetsOf(
  cluster: Cluster,
  args: readonly string[],
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
): Promise<Target[]> {
  if (args.length > 0) return parseTargets(cluster, args);
  const everywhere = flags.allNamespaces;
  const wanted = (await cluster.resources()).filter((each) => !isDerived(each) && (everywhere || each.namespaced));
  const targets = wanted.map((resource): Target => ({ resource, names: [] }));
  if (everywhere) return targets;
  const [namespaces] = await parseTargets(cluster, ['namespaces']);
  return [{ resource: namespaces!.resource, names: [flags.namespace] }, ...targets];
}

/** Whether an error of writing is one of the disk, which the next object meets too. */
function isFull({ cause }: Failure): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

class Exporter {
  private readonly select: ReturnType<typeof labelSelector> | undefined;
  private failed = 0;
  private missing = 0;
  /** What was left out, by why. */
  private readonly left = { owned: 0, builtIn: 0 };

  constructor(
    private readonly context: CommandContext,
    private readonly flags: Flags<typeof spec, typeof K8S_FLAGS>,
    private readonly cluster: Cluster,
    private readonly output: ManifestOutput,
  ) {
    const selector = flags.selector;
    this.select = selector === '' ? undefined : labelSelector(selector);
  }

  /** @param asked the user named the type */
  async export({ resource, names }: Target, asked: boolean): Promise<void> {
    if (names.length === 0) return this.exportAll(resource, asked);
    for (const name of names) {
      const { namespace, key } = namedObject(this.cluster, resource, this.flags.namespace, name);
      let found = false;
      for await (const item of readObjects(this.cluster, { resource, namespace, name })) {
        found = true;
        await this.one(item, asked);
      }
      if (found || !asked) continue;
      this.missing++;
      await this.context.stderr.write(errorLine(`${objectText({ resource, name })} not found: there is no key ${key}`));
    }
  }

  private async exportAll(resource: Resource, asked: boolean): Promise<void> {
    const everywhere = this.flags.allNamespaces || !resource.namespaced;
    const namespace = everywhere ? undefined : this.flags.namespace;
    for await (const item of readObjects(this.cluster, { resource, namespace })) {
      const { object } = item;
      if (object && !(this.select?.(object) ?? true)) continue;
      if (object && !this.flags.includeOwned && isOwned(object)) this.left.owned++;
      else await this.one(item, asked && this.select !== undefined);
    }
  }

  /** @param named it is wanted even if every cluster has it by itself */
  private async one(item: StoredObject, named: boolean): Promise<void> {
    const { object } = item;
    if (!object) await this.fail(item.reason);
    else if (!named && isBuiltIn(object)) this.left.builtIn++;
    else await this.write(item, object);
  }

  /** One that cannot be written does not end the export, but where no other could be written either. */
  private async write(item: StoredObject, object: Fields): Promise<void> {
    try {
      await this.output.write(item, cleanManifest(object));
    } catch (error) {
      if (!(error instanceof Failure) || isFull(error)) throw error;
      await this.fail(error, item.key);
    }
  }

  private async fail(reason: Failure | undefined, key?: string): Promise<void> {
    this.failed++;
    await this.context.stderr.write(errorLine(`${key === undefined ? '' : `${key}: `}${reason?.message}`));
  }

  /** Says on standard error what is not in the output; the exit code. */
  async end(): Promise<number> {
    const { owned, builtIn } = this.left;
    const parts = [
      `${this.output.count} ${this.output.count === 1 ? 'object' : 'objects'}`,
      ...(owned > 0 ? [`${owned} left out that a controller makes (--include-owned)`] : []),
      ...(builtIn > 0 ? [`${builtIn} left out that are there by themselves`] : []),
    ];
    await this.context.stdout.flush();
    await this.context.stderr.write(`${parts.join(', ')}\n`);
    for (const problem of this.cluster.refusedDefinitions) await this.context.stderr.write(errorLine(problem));
    if (this.failed > 0)
      throw new Failure(`${this.failed} ${this.failed === 1 ? 'object was' : 'objects were'} not written`);
    if (this.cluster.refusedDefinitions.length > 0) return ExitCode.Error;
    return this.missing > 0 ? ExitCode.Error : ExitCode.Ok;
  }
}
