import type { CommandSpec, Run } from '../command.js';
import { changesFormat } from '../keys/changes-format.js';
import { HISTORY_FLAGS, printHistory } from '../keys/history.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, oneObject } from './objects.js';

export const spec = {
  usage: 'k8s history [options] TYPE/NAME',
  description:
    'Shows every revision of an object that is still there, the newest first: its version, when and by whom (managedFields tell), and what changed since the revision before. An object that was deleted still has its history until it is compacted.',
  examples: [
    'ketcdctl k8s history deploy/web -n shop',
    'ketcdctl k8s history cm/coredns -n kube-system --summary # who changed it, and when',
    'ketcdctl --endpoints file:backup.db k8s history deploy/web -n shop -w jsonl',
  ],
  complete: 'object',
  flags: { ...NAMESPACE_FLAG, ...HISTORY_FLAGS },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  changesFormat(context);
  const cluster = await openCluster(context, flags);
  const { key } = await oneObject(cluster, args, flags);
  await printHistory(context, Buffer.from(key), flags);
};
