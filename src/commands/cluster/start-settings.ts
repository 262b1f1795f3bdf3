/** What a new member has to be started with. */
import type { IMember } from 'etcd3/lib/rpc';
import { goQuote } from '../../base/go/quote.js';

interface StartSettings {
  name: string;
  /** `name=URL` of all members, a comma list. */
  initialCluster: string;
  peerUrls: string;
}

/** The new member is listed under its name here, which the cluster learns only when it is started. */
export function startSettings(
  member: Pick<IMember, 'ID' | 'peerURLs'>,
  members: readonly Pick<IMember, 'ID' | 'name' | 'peerURLs'>[],
  name: string,
): StartSettings {
  const cluster = members.flatMap((one) =>
    one.peerURLs.map((url) => `${one.ID === member.ID ? name : one.name}=${url}`),
  );
  return { name, initialCluster: cluster.join(','), peerUrls: member.peerURLs.join(',') };
}

/** As variables, in etcdctl's words. */
export function environmentText({ name, initialCluster, peerUrls }: StartSettings): string {
  return [
    '',
    `ETCD_NAME=${goQuote(name)}`,
    `ETCD_INITIAL_CLUSTER=${goQuote(initialCluster)}`,
    `ETCD_INITIAL_ADVERTISE_PEER_URLS=${goQuote(peerUrls)}`,
    'ETCD_INITIAL_CLUSTER_STATE="existing"',
    '',
  ].join('\n');
}

/** As flags of etcd, which is how static pods have them. */
export function flagsText({ name, initialCluster, peerUrls }: StartSettings): string {
  return [
    '',
    'Or as flags, in the manifest of a static pod (kubeadm: /etc/kubernetes/manifests/etcd.yaml); the data directory has to be empty:',
    `    - --name=${name}`,
    `    - --initial-cluster=${initialCluster}`,
    `    - --initial-advertise-peer-urls=${peerUrls}`,
    '    - --initial-cluster-state=existing',
    '',
  ].join('\n');
}
