/** Where the API server keeps a resource: the part of the key behind its prefix. */
import { schemaLoaders } from '../../k8s-decode/schema/index.js';

/** Resources whose keys have another name, by resource and group. */
const RENAMED: Record<string, string> = {
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  'ingresses.networking.k8s.io': 'ingress',
  'ingresses.extensions': 'ingress',
  'podsecuritypolicies.policy': 'podsecuritypolicy',
};

/** Of these the key has the group too, as it has for custom resources. */
const GROUP_IN_KEY = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** @param name `pods`, `deployments.apps`, `crontabs.stable.example.com`: plural, with the group for a custom resource */
export function resourcePath(name: string): string {
  const plain = name.replace(/\.$/, '');
  const renamed = RENAMED[plain];
  if (renamed !== undefined) return renamed;
  const dot = plain.indexOf('.');
  if (dot < 0) return plain;
  const resource = plain.slice(0, dot);
  const group = plain.slice(dot + 1);
  return isOwnGroup(group) && !GROUP_IN_KEY.has(group) ? resource : `${group}/${resource}`;
}

/** Whether a group is one of Kubernetes' own: others may end in `k8s.io`, too. */
function isOwnGroup(group: string): boolean {
  return Object.keys(schemaLoaders).some((apiVersion) => apiVersion.startsWith(`${group}/`));
}
