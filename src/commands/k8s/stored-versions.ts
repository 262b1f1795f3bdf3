import { ExitCode, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { qualifiedName } from '../../k8s/resources.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { NEWEST_RELEASE, OLDEST_RELEASE } from '../../kube-api/releases.js';
import {
  migrationManifests,
  releaseOfNodes,
  type StoredVersion,
  storedVersions,
} from '../../kube-api/stored-versions.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s stored-versions [options]',
  mostArgs: 0,
  description:
    'Counts the objects of each resource by the version in which they are stored, against the releases that serve it, and for custom resources against what their definition has and lists in status.storedVersions. STATE: `migrate`, objects that are to be written in another version before theirs goes; `drop`, a version that is listed and of which nothing is stored; `blocks`, objects that the release of --to, or the definition itself, has no version for: exit code 1. --manifests prints StorageVersionMigrations for what is to be migrated, which an API server from 1.30 on carries out before the upgrade; of a resource whose storage version only the next release changes, it has to be done there once more.',
  examples: [
    'ketcdctl k8s stored-versions',
    'ketcdctl k8s stored-versions --to 1.37 # what would an upgrade stumble over?',
    'ketcdctl k8s stored-versions --to 1.37 --manifests | kubectl apply -f -',
    'ketcdctl --endpoints file:backup.db k8s stored-versions -o jsonl',
  ],
  flags: {
    to: string('the release to which an upgrade is wanted', { value: '1.N' }),
    manifests: bool('print the objects by which the API server migrates them'),
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const release = flags.to === '' ? undefined : releaseNamed(flags.to);
  const cluster = await openCluster(context, flags);
  const found = await storedVersions(cluster, release);
  const end = found.some(({ state }) => state === 'blocks') ? ExitCode.Error : ExitCode.Ok;
  if (flags.manifests) {
    await writeManifests(context, cluster, found);
    return end;
  }
  await writeReport(context, format, {
    heads: ['RESOURCE', 'STORED AS', ' OBJECTS', 'SERVED', 'STATE', 'NOTE'],
    rows: found.map(({ resource, version, objects, served, state, note }) => [
      resource,
      version,
      String(objects),
      served,
      state,
      note,
    ]),
    name: 'storedVersions',
    items: found.map(factsOf),
  });
  return end;
};

function releaseNamed(text: string): number {
  const minor = Number(/^v?1\.(\d+)(?:\.\d+)?$/.exec(text)?.[1]);
  if (minor >= OLDEST_RELEASE && minor <= NEWEST_RELEASE) return minor;
  throw new Failure(`--to ${JSON.stringify(text)} is no release that is known here`, {
    exitCode: ExitCode.BadArgs,
    hint: `1.${OLDEST_RELEASE} to 1.${NEWEST_RELEASE} are`,
  });
}

async function writeManifests(
  context: CommandContext,
  cluster: Cluster,
  found: readonly StoredVersion[],
): Promise<void> {
  const names = new Set(
    found.filter(({ state }) => state === 'migrate' || state === 'blocks').map((each) => each.resource),
  );
  const resources = (await cluster.resources()).filter((each) => !each.alias && names.has(qualifiedName(each)));
  const release = (await releaseOfNodes(cluster)) ?? NEWEST_RELEASE;
  const manifests = migrationManifests(resources, Math.min(release, NEWEST_RELEASE));
  if (!manifests) {
    throw new Failure(`Kubernetes 1.${release} has no StorageVersionMigration`, {
      hint: 'each object is written anew by `kubectl get RESOURCE -A -o json | kubectl replace -f -`',
    });
  }
  if (manifests.length === 0) await context.stderr.write('nothing is to be migrated\n');
  await context.stdout.write(manifests.map((each) => toYaml(each)).join('---\n'));
}
