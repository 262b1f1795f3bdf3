import { atLeast, type FlagValues, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { resolveDbPath } from '../../storage/bolt/db-file.js';
import { hexId, type NewCluster, newCluster } from '../../storage/raft/membership.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import { type Restored, restore } from '../../storage/snapshot/restore.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

/** What --kubernetes raises the revision by, as etcd's documentation recommends: more than a cluster writes between two backups. */
const KUBERNETES_BUMP = 1_000_000_000n;

export const spec: CommandSpec = {
  usage: 'snapshot restore <filename> --data-dir {output dir} [options]',
  description: `Makes a new data directory out of a snapshot. The member in it begins a new cluster: restore every member from the same file, with the same --initial-cluster, and start them all.

For a Kubernetes cluster use --kubernetes: it raises the revision by ${KUBERNETES_BUMP} and marks everything before as compacted, so that API servers and controllers that watched the old cluster list their objects anew in place of keeping what no longer exists.`,
  examples: [
    'ketcdctl snapshot restore backup.db --data-dir /var/lib/etcd-new --kubernetes',
    'ketcdctl snapshot restore backup.db --name m1 --initial-cluster m1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380 --initial-advertise-peer-urls https://10.0.0.1:2380 --data-dir /var/lib/etcd-new',
  ],
  complete: 'file',
  flags: [
    {
      name: 'data-dir',
      type: 'string',
      value: 'DIR',
      help: 'the directory to make (NAME.etcd)',
      complete: 'directory',
    },
    {
      name: 'wal-dir',
      type: 'string',
      value: 'DIR',
      help: 'directory for the WAL, in place of one within --data-dir',
      complete: 'directory',
    },
    { name: 'name', type: 'string', default: 'default', help: 'name of this member' },
    {
      name: 'initial-cluster',
      type: 'string',
      default: 'default=http://localhost:2380',
      help: 'the members of the new cluster: NAME=PEER_URL, a comma list',
    },
    {
      name: 'initial-cluster-token',
      type: 'string',
      default: 'etcd-cluster',
      help: 'token that tells this cluster from others',
    },
    {
      name: 'initial-advertise-peer-urls',
      type: 'string',
      default: 'http://localhost:2380',
      help: "this member's peer URLs, a comma list",
    },
    { name: 'skip-hash-check', type: 'bool', help: 'do not check the hash, for a file copied from a data directory' },
    { name: 'bump-revision', type: 'uint', default: '0', help: 'raise the newest revision by this much', since: '3.5' },
    {
      name: 'mark-compacted',
      type: 'bool',
      help: 'mark everything before the raised revision as compacted',
      since: '3.5',
    },
    {
      name: 'initial-memory-map-size',
      type: 'uint',
      default: '10737418240',
      help: 'accepted, without effect: no memory is mapped',
      since: '3.5',
    },
    {
      name: 'kubernetes',
      type: 'bool',
      help: 'for a Kubernetes cluster: raise the revision, mark it compacted, show the next steps',
      own: true,
    },
  ],
};

export const run: Run = async (context, args, flags) => {
  const { mode } = context;
  if (isDropIn(mode) && mode.version === '3.5') {
    if (mode.tool === 'etcdctl') await context.stderr.write('Deprecated: Use `etcdutl snapshot restore` instead.\n\n');
    else if (!flags.given('data-dir')) throw new UsageFailure('required flag(s) "data-dir" not set');
  }
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new Failure('snapshot restore requires exactly one argument', { exitCode: ExitCode.BadArgs });
  }
  const bumpRevision = bumpOf(flags, atLeast(mode, '3.5'));
  const name = flags.string('name');
  const cluster = await newCluster({
    name,
    initialCluster: flags.string('initial-cluster'),
    initialClusterToken: flags.string('initial-cluster-token'),
    initialAdvertisePeerUrls: flags.string('initial-advertise-peer-urls').split(','),
  });
  const restored = await restore(cluster, {
    snapshot: isDropIn(mode) ? path : resolveDbPath(await plainFile(path)),
    dataDir: flags.string('data-dir') || `${name}.etcd`,
    walDir: flags.string('wal-dir'),
    skipHashCheck: flags.bool('skip-hash-check'),
    bumpRevision,
    takeInUse: isDropIn(mode),
    refuseExisting: isDropIn(mode) && mode.version === '3.4',
  });
  if (!isDropIn(mode)) await tell(context, flags, path, cluster, restored);
};

function bumpOf(flags: FlagValues, known: boolean): bigint {
  if (!known) return 0n;
  const bump = flags.int('bump-revision');
  if (flags.bool('kubernetes')) return bump > 0n ? bump : KUBERNETES_BUMP;
  if (bump > 0n !== flags.bool('mark-compacted')) {
    throw new Failure('--mark-compacted required if --revision-bump > 0', {
      exitCode: ExitCode.BadArgs,
      hint: '--bump-revision and --mark-compacted go together; --kubernetes gives both',
    });
  }
  return bump;
}

async function tell(
  context: CommandContext,
  flags: FlagValues,
  path: string,
  cluster: NewCluster,
  restored: Restored,
): Promise<void> {
  const { local, members } = cluster;
  const lines = [
    `Restored ${path} to ${restored.dataDir}: member ${local.name} (${hexId(local.id)}) of a new cluster ${hexId(cluster.id)} with ${members.length} member${members.length === 1 ? '' : 's'}, revision ${restored.revision}`,
  ];
  if (flags.bool('kubernetes')) lines.push(...nextSteps(cluster, restored));
  await context.stderr.write(`${lines.join('\n')}\n`);
}

function nextSteps({ members, local }: NewCluster, { dataDir, walDir }: Restored): string[] {
  const others = members.filter((member) => member !== local).map(({ name }) => name);
  const initial = members.flatMap(({ name, peerUrls }) => peerUrls.map((url) => `${name}=${url}`));
  return [
    'Next steps:',
    '  1. Stop every kube-apiserver: move its manifest out of /etc/kubernetes/manifests.',
    others.length === 0
      ? '  2. Stop etcd the same way.'
      : `  2. Stop every etcd the same way, and restore this file on the other members too (${others.join(', ')}), with their --name and URLs.`,
    `  3. Move the old data directory away, and this one to its place: mv /var/lib/etcd /var/lib/etcd.old && mv ${dataDir} /var/lib/etcd`,
    ...(walDir.startsWith(dataDir) ? [] : [`     The WAL is in ${walDir}: etcd's --wal-dir has to name it.`]),
    `  4. Check the etcd manifest: --name=${local.name} --initial-cluster=${initial.join(',')}; owner and mode of the directory as before.`,
    '  5. Put the manifests back, etcd first; then look at `ketcdctl endpoint health --cluster` and `ketcdctl check consistency`.',
    '  6. Restart kube-controller-manager, kube-scheduler and the kubelets, so that none works with what it remembers.',
  ];
}
