/** How etcd and the API server of a node are stopped and started, by who has installed them. */

export interface NodeCommands {
  stopApiServer: string[];
  stopEtcd: string[];
  /** Starts etcd from its data as a cluster of its own. */
  startAlone: string[];
  /** Starts etcd as it is configured. */
  startEtcd: string[];
  /** Takes back what `startAlone` has changed. */
  endAlone: string[];
  startApiServer: string[];
}

const MANIFESTS = '/etc/kubernetes/manifests';

/** Where the commands put the API server's manifest aside. */
export const API_SERVER_ASIDE = '/etc/kubernetes/kube-apiserver.yaml';

const STATIC_PODS: NodeCommands = {
  stopApiServer: [`mv ${MANIFESTS}/kube-apiserver.yaml /etc/kubernetes/`],
  stopEtcd: [`mv ${MANIFESTS}/etcd.yaml /etc/kubernetes/`],
  startAlone: [
    "sed -i 's/^\\( *\\)- etcd$/&\\n\\1- --force-new-cluster/' /etc/kubernetes/etcd.yaml",
    `mv /etc/kubernetes/etcd.yaml ${MANIFESTS}/`,
  ],
  startEtcd: [`mv /etc/kubernetes/etcd.yaml ${MANIFESTS}/`],
  endAlone: [`sed -i '/- --force-new-cluster$/d' ${MANIFESTS}/etcd.yaml`],
  startApiServer: [`mv ${API_SERVER_ASIDE} ${MANIFESTS}/`],
};

/** k3s and RKE2: one service has both, and resets the cluster to this node by an option of its own. */
function oneService(service: string, program: string): NodeCommands {
  return {
    stopApiServer: [`systemctl stop ${service}`],
    stopEtcd: [`systemctl stop ${service}`],
    startAlone: [
      `${program} server --cluster-reset # with the options of the service; it ends by itself`,
      `systemctl start ${service}`,
    ],
    startEtcd: [`systemctl start ${service}`],
    endAlone: [`systemctl restart ${service}`],
    startApiServer: [`systemctl start ${service}`],
  };
}

const UNIT: NodeCommands = {
  stopApiServer: STATIC_PODS.stopApiServer,
  stopEtcd: ['systemctl stop etcd'],
  startAlone: [
    'mkdir -p /run/systemd/system/etcd.service.d',
    "printf '[Service]\\nEnvironment=ETCD_FORCE_NEW_CLUSTER=true\\n' > /run/systemd/system/etcd.service.d/alone.conf",
    'systemctl daemon-reload && systemctl start etcd',
  ],
  startEtcd: ['systemctl start etcd'],
  endAlone: ['rm /run/systemd/system/etcd.service.d/alone.conf', 'systemctl daemon-reload && systemctl restart etcd'],
  startApiServer: STATIC_PODS.startApiServer,
};

/** @param distribution as `where` names it */
export function nodeCommands(distribution: string | undefined): NodeCommands {
  if (distribution === 'kubeadm' || distribution === 'minikube') return STATIC_PODS;
  if (distribution === 'k3s') return oneService('k3s', 'k3s');
  if (distribution === 'rke2') return oneService('rke2-server', 'rke2');
  return UNIT;
}
