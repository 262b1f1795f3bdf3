/** What stands below the objects of a resource in the API, and which verbs resources have: as discovery tells it. */

export interface SubResource {
  name: string;
  kind: string;
  /** Of the kind, where it is another than the resource's: `autoscaling/v1`. */
  apiVersion?: string;
  verbs: readonly string[];
}

const READ_WRITE = ['get', 'patch', 'update'];
const CONNECT = ['create', 'get'];
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];

export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;
/** In the order in which the server of custom resources has them. */
export const CUSTOM_VERBS = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
] as const;

export const SCALE: Omit<SubResource, 'verbs'> = { name: 'scale', kind: 'Scale', apiVersion: 'autoscaling/v1' };

/** Resources, by their plural, whose objects have a status. */
const WITH_STATUS = new Set(
  `apiservices certificatesigningrequests cronjobs csinodes customresourcedefinitions daemonsets deploymentconfigs deployments devicetaintrules
  flowschemas horizontalpodautoscalers imagestreams ingresses jobs namespaces nodes persistentvolumeclaims persistentvolumes podcertificaterequests
  poddisruptionbudgets pods podschedulingcontexts podschedulings prioritylevelconfigurations replicasets replicationcontrollers
  resourceclaims resourcepoolstatusrequests resourcequotas routes servicecidrs services statefulsets storageversionmigrations storageversions
  templateinstances validatingadmissionpolicies volumeattachments`.split(/\s+/),
);

const OTHERS: Record<string, readonly SubResource[]> = {
  certificatesigningrequests: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: READ_WRITE }],
  deployments: [{ ...SCALE, verbs: READ_WRITE }],
  namespaces: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  nodes: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: PROXY }],
  pods: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: CONNECT },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: READ_WRITE },
    { name: 'eviction', kind: 'Eviction', apiVersion: 'policy/v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: CONNECT },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: CONNECT },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: PROXY },
    { name: 'resize', kind: 'Pod', verbs: READ_WRITE },
  ],
  replicasets: [{ ...SCALE, verbs: READ_WRITE }],
  replicationcontrollers: [{ ...SCALE, verbs: READ_WRITE }],
  serviceaccounts: [{ name: 'token', kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', verbs: ['create'] }],
  services: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: PROXY }],
  statefulsets: [{ ...SCALE, verbs: READ_WRITE }],
};

/** Resources that are not stored: answers that are made when they are asked for. */
export const NEVER_STORED: Record<
  string,
  { kind: string; namespaced: boolean; verbs: readonly string[]; shortNames?: string[] }
> = {
  bindings: { kind: 'Binding', namespaced: true, verbs: ['create'] },
  componentstatuses: { kind: 'ComponentStatus', namespaced: false, verbs: ['get', 'list'], shortNames: ['cs'] },
  localsubjectaccessreviews: { kind: 'LocalSubjectAccessReview', namespaced: true, verbs: ['create'] },
  selfsubjectaccessreviews: { kind: 'SelfSubjectAccessReview', namespaced: false, verbs: ['create'] },
  selfsubjectreviews: { kind: 'SelfSubjectReview', namespaced: false, verbs: ['create'] },
  selfsubjectrulesreviews: { kind: 'SelfSubjectRulesReview', namespaced: false, verbs: ['create'] },
  subjectaccessreviews: { kind: 'SubjectAccessReview', namespaced: false, verbs: ['create'] },
  tokenreviews: { kind: 'TokenReview', namespaced: false, verbs: ['create'] },
};

/** The subresources of one of Kubernetes' own resources, by name. */
export function subResources(plural: string, kind: string): SubResource[] {
  const status = WITH_STATUS.has(plural) ? [{ name: 'status', kind, verbs: READ_WRITE }] : [];
  return [...(OTHERS[plural] ?? []), ...status].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Namespaces are deleted one by one. */
export function verbsOf(plural: string): readonly string[] {
  return plural === 'namespaces' ? ALL_VERBS.filter((verb) => verb !== 'deletecollection') : ALL_VERBS;
}
