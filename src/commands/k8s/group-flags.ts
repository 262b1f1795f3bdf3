import { string } from '../../base/flags/declare.js';

/** The flags of all commands of `k8s`. */
export const K8S_FLAGS = {
  registryPrefix: string(
    "where Kubernetes' keys stand: the API server's --etcd-prefix (default: /registry, or where a cluster is found)",
    { value: 'PREFIX' },
  ),
};
