import { join } from 'node:path';
import { atLeast, isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool, string, uint } from '../../base/flags/declare.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { resolveDbPath } from '../../storage/bolt/db-file.js';
import { hexId, type NewCluster, newCluster } from '../../storage/raft/membership.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import { type Restored, restore } from '../../storage/snapshot/restore.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { restoreLog } from './restore-log.js';

/** What --kubernetes raises the revision by, as etcd's documentation recommends: more than a cluster writes between two backups. */
const KUBERNETES_BUMP = 1_000_000_000n;

export const spec = {
  usage: 'snapshot restore <filename> --data-dir {output dir} [options]',
  description: `Makes a new data directory out of a snapshot. The member in it begins a new cluster: restore every member from the same file, with the same --initial-cluster, and start them all.

For a Kubernetes cluster use --kubernetes: it raises the revision by ${KUBERNETES_BUMP} and marks everything before as compacted, so that API servers and controllers that watched the old cluster list their objects anew in place of keeping what no longer exists.`,
  examples: [
    'ketcdctl snapshot restore backup.db --data-dir /var/lib/etcd-new --kubernetes',
    'ketcdctl snapshot restore backup.db --name m1 --initial-cluster m1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380 --initial-advertise-peer-urls https://10.0.0.1:2380 --data-dir /var/lib/etcd-new',
  ],
  complete: 'file',
  flags: {
    dataDir: string('the directory to make (NAME.etcd)', { value: 'DIR', complete: 'directory' }),
    walDir: string('directory for the WAL, in place of one within --data-dir', { value: 'DIR', complete: 'directory' }),
    name: string('name of this member', { default: 'default' }),
    initialCluster: string('the members of the new cluster: NAME=PEER_URL, a comma list', {
      default: 'default=http://localhost:2380',
    }),
    initialClusterToken: string('token that tells this cluster from others', { default: 'etcd-cluster' }),
    initialAdvertisePeerUrls: string("this member's peer URLs, a comma list", { default: 'http://localhost:2380' }),
    skipHashCheck: bool('do not check the hash, for a file copied from a data directory'),
    // The newest patches of 3.4 have them too.
    bumpRevision: uint('raise the newest revision by this much', { default: '0' }),
    markCompacted: bool('mark everything before the raised revision as compacted'),
    initialMemoryMapSize: uint('accepted, without effect: no memory is mapped', {
      default: '10737418240',
      since: '3.5',
    }),
    kubernetes: bool('for a Kubernetes cluster: raise the revision, mark it compacted, show the next steps', {
      own: true,
    }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const { mode } = context;
  if (isDropIn(mode) && mode.version === '3.5') {
    if (mode.tool === 'etcdctl') await context.stderr.write('Deprecated: Use `etcdutl snapshot restore` instead.\n\n');
    else if (!flags.given('dataDir')) throw new UsageFailure('required flag(s) "data-dir" not set');
  }
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new Failure('snapshot restore requires exactly one argument', { exitCode: ExitCode.BadArgs });
  }
  const bumpRevision = bumpOf(flags);
  const name = flags.name;
  const cluster = await newCluster({
    name,
    initialCluster: flags.initialCluster,
    initialClusterToken: flags.initialClusterToken,
    initialAdvertisePeerUrls: flags.initialAdvertisePeerUrls.split(','),
  });
  const dataDir = flags.dataDir || `${name}.etcd`;
  const walDir = flags.walDir || undefined;
  const restored = await restore(cluster, {
    snapshot: isDropIn(mode) ? path : resolveDbPath(await plainFile(path)),
    dataDir,
    walDir,
    skipHashCheck: flags.skipHashCheck,
    bumpRevision,
    takeInUse: isDropIn(mode),
    refuseExisting: isDropIn(mode) && mode.version === '3.4',
    log: restoreLog(context, {
      path,
      'wal-dir': walDir ?? join(dataDir, 'member', 'wal'),
      'data-dir': dataDir,
      'snap-dir': join(dataDir, 'member', 'snap'),
      ...(atLeast(mode, '3.5') && { 'initial-memory-map-size': mapSize(mode, flags) }),
    }),
  });
  if (!isDropIn(mode)) await tell(context, flags, path, cluster, restored);
};

/** etcdctl 3.5 has another default than etcdutl. */
function mapSize(mode: Mode, flags: Flags<typeof spec>): bigint {
  return mode.tool === 'etcdctl' && !flags.given('initialMemoryMapSize') ? 0n : flags.initialMemoryMapSize;
}

function bumpOf(flags: Flags<typeof spec>): bigint {
  const bump = flags.bumpRevision;
  if (flags.kubernetes) return bump > 0n ? bump : KUBERNETES_BUMP;
  if (bump > 0n !== flags.markCompacted) {
    throw new Failure('--mark-compacted required if --revision-bump > 0', {
      exitCode: ExitCode.BadArgs,
      hint: '--bump-revision and --mark-compacted go together; --kubernetes gives both',
    });
  }
  return bump;
}

async function tell(
  context: CommandContext,
  flags: Flags<typeof spec>,
  path: string,
  cluster: NewCluster,
  restored: Restored,
): Promise<void> {
  const { local, members } = cluster;
  const lines = [
    `Restored ${path} to ${restored.dataDir}: member ${local.name} (${hexId(local.id)}) of a new cluster ${hexId(cluster.id)} with ${members.length} member${members.length === 1 ? '' : 's'}, revision ${restored.revision}`,
  ];
  if (flags.kubernetes) lines.push(...nextSteps(cluster, restored));
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
