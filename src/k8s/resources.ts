/** The resources of Kubernetes, 1.8 to 1.37: their names, and where the API server keeps them in etcd. */
import type { CrdColumn } from './tables/custom-columns.js';

export interface Resource {
  /** Empty for the core group. */
  group: string;
  /** The newest that is served; of a custom resource the preferred one. */
  version?: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
  /** Where its keys stand under the registry's prefix, without slashes around it: `services/specs`, `stable.example.com/crontabs`. */
  prefix: string;
  /** The folder that they stand in, where it is not the cluster's: `/openshift.io/`. */
  root?: string;
  categories: readonly string[];
  /** Another group's name for objects that a resource before it in the table stands for. */
  alias?: true;
  /** Stored by the API server for its own use and not served: kubectl has no name for it. */
  internal?: true;
  /** Of a custom resource: the columns of its definition, and the versions that it has. */
  custom?: { columns: readonly CrdColumn[]; versions: readonly string[] };
}

/**
 * A line `= GROUP VERSION`, then a line a resource: plural, kind, `n` (namespaced) or `c` (in the cluster), and where they are
 * not plain, `=PREFIX` where its keys stand, `@CATEGORY`, `~` alias, `!` internal, and its short names. In the order of kubectl's
 * discovery, in which it looks names up.
 */
const TABLE = `
=  v1
configmaps ConfigMap n cm
endpoints Endpoints n =services/endpoints ep
events Event n ev
limitranges LimitRange n limits
namespaces Namespace c ns
nodes Node c =minions no
persistentvolumeclaims PersistentVolumeClaim n pvc
persistentvolumes PersistentVolume c pv
pods Pod n @all po
podtemplates PodTemplate n
replicationcontrollers ReplicationController n =controllers @all rc
resourcequotas ResourceQuota n quota
secrets Secret n
serviceaccounts ServiceAccount n sa
services Service n =services/specs @all svc
masterleases Endpoints c !
peerserverleases Endpoints c !
rangeallocations RangeAllocation c =ranges !
= apiregistration.k8s.io v1
apiservices APIService c =apiregistration.k8s.io/apiservices @api-extensions
= apps v1
controllerrevisions ControllerRevision n
daemonsets DaemonSet n @all ds
deployments Deployment n @all deploy
replicasets ReplicaSet n @all rs
statefulsets StatefulSet n @all sts
= events.k8s.io v1
events Event n ~ ev
= autoscaling v2
horizontalpodautoscalers HorizontalPodAutoscaler n @all hpa
= batch v1
cronjobs CronJob n @all cj
jobs Job n @all
= certificates.k8s.io v1
certificatesigningrequests CertificateSigningRequest c csr
clustertrustbundles ClusterTrustBundle c
podcertificaterequests PodCertificateRequest n
= networking.k8s.io v1
clustercidrs ClusterCIDR c cc
ingressclasses IngressClass c
ingresses Ingress n =ingress ing
ipaddresses IPAddress c ip
networkpolicies NetworkPolicy n netpol
servicecidrs ServiceCIDR c
= policy v1
poddisruptionbudgets PodDisruptionBudget n pdb
podsecuritypolicies PodSecurityPolicy c =podsecuritypolicy psp
= extensions v1beta1
daemonsets DaemonSet n ~ ds
deployments Deployment n ~ deploy
ingresses Ingress n =ingress ~ ing
networkpolicies NetworkPolicy n ~ netpol
podsecuritypolicies PodSecurityPolicy c =podsecuritypolicy ~ psp
replicasets ReplicaSet n ~ rs
= rbac.authorization.k8s.io v1
clusterrolebindings ClusterRoleBinding c
clusterroles ClusterRole c
rolebindings RoleBinding n
roles Role n
= storage.k8s.io v1
csidrivers CSIDriver c
csinodes CSINode c
csistoragecapacities CSIStorageCapacity n
storageclasses StorageClass c sc
volumeattachments VolumeAttachment c
volumeattributesclasses VolumeAttributesClass c vac
= admissionregistration.k8s.io v1
externaladmissionhookconfigurations ExternalAdmissionHookConfiguration c
initializerconfigurations InitializerConfiguration c
mutatingadmissionpolicies MutatingAdmissionPolicy c @api-extensions
mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding c @api-extensions
mutatingwebhookconfigurations MutatingWebhookConfiguration c @api-extensions
validatingadmissionpolicies ValidatingAdmissionPolicy c @api-extensions
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding c @api-extensions
validatingwebhookconfigurations ValidatingWebhookConfiguration c @api-extensions
= apiextensions.k8s.io v1
customresourcedefinitions CustomResourceDefinition c =apiextensions.k8s.io/customresourcedefinitions @api-extensions crd,crds
= scheduling.k8s.io v1
compositepodgroups CompositePodGroup n
podgroups PodGroup n
priorityclasses PriorityClass c pc
workloads Workload n
= coordination.k8s.io v1
leasecandidates LeaseCandidate n
leases Lease n
= node.k8s.io v1
runtimeclasses RuntimeClass c
= discovery.k8s.io v1
endpointslices EndpointSlice n
= flowcontrol.apiserver.k8s.io v1
flowschemas FlowSchema c
prioritylevelconfigurations PriorityLevelConfiguration c
= internal.apiserver.k8s.io v1alpha1
storageversions StorageVersion c
= resource.k8s.io v1
deviceclasses DeviceClass c
devicetaintrules DeviceTaintRule c
podschedulingcontexts PodSchedulingContext n
podschedulings PodScheduling n
resourceclaimparameters ResourceClaimParameters n
resourceclaims ResourceClaim n
resourceclaimtemplates ResourceClaimTemplate n
resourceclasses ResourceClass c
resourceclassparameters ResourceClassParameters n
resourcepoolstatusrequests ResourcePoolStatusRequest c
resourceslices ResourceSlice c
= storagemigration.k8s.io v1
storageversionmigrations StorageVersionMigration c
= lifecycle.k8s.io v1alpha1
evictionrequests EvictionRequest n
evictions Eviction n
= settings.k8s.io v1alpha1
podpresets PodPreset n
= auditregistration.k8s.io v1alpha1
auditsinks AuditSink c as
`;

/** The versions that are preferred where they are not those of their group. */
const VERSIONS: Record<string, string> = {
  clustercidrs: 'v1alpha1',
  compositepodgroups: 'v1alpha3',
  externaladmissionhookconfigurations: 'v1alpha1',
  initializerconfigurations: 'v1alpha1',
  leasecandidates: 'v1beta1',
  podgroups: 'v1beta1',
  podschedulingcontexts: 'v1alpha3',
  podschedulings: 'v1alpha1',
  podsecuritypolicies: 'v1beta1',
  resourceclaimparameters: 'v1alpha2',
  resourceclasses: 'v1alpha2',
  resourceclassparameters: 'v1alpha2',
  resourcepoolstatusrequests: 'v1alpha3',
  workloads: 'v1beta1',
};

/** What kubectl lists but no etcd has: answers that are made when they are asked for. */
const NOT_STORED =
  /^(bindings?|componentstatus(es)?|cs|(selfsubject|token|localsubjectaccess|selfsubjectaccess|selfsubjectrules|subjectaccess)reviews?)$/;

let parsed: readonly Resource[] | undefined;

/** All resources that are Kubernetes' own. */
export function builtInResources(): readonly Resource[] {
  parsed ??= parseResources(TABLE);
  return parsed;
}

/** Reads a table of resources, laid out as this module's own. */
export function parseResources(table: string): Resource[] {
  const resources: Resource[] = [];
  let group = '';
  let version = '';
  for (const line of table.trim().split('\n')) {
    if (line.startsWith('=')) [, group = '', version = ''] = line.split(' ');
    else resources.push(parseLine(line, group, version));
  }
  return resources;
}

function parseLine(line: string, group: string, version: string): Resource {
  const [plural = '', kind = '', scope, ...rest] = line.split(' ');
  const marked = (mark: string) => rest.filter((word) => word.startsWith(mark)).map((word) => word.slice(1));
  const [shortNames = ''] = rest.filter((word) => /^[a-z]/.test(word));
  return {
    group,
    version: VERSIONS[plural] ?? version,
    kind,
    plural,
    // Leases and bitmaps of the API server are kept as another kind.
    singular: rest.includes('!') ? plural.replace(/s$/, '') : kind.toLowerCase(),
    shortNames: shortNames === '' ? [] : shortNames.split(','),
    namespaced: scope === 'n',
    prefix: marked('=')[0] ?? plural,
    categories: marked('@'),
    ...(rest.includes('~') && { alias: true as const }),
    ...(rest.includes('!') && { internal: true as const }),
  };
}

/**
 * The resource that a word means, as kubectl takes it: plural, singular, short name or kind in any case, alone or with its group
 * (`deployments.apps`) or its version and group (`deployments.v1.apps`; `pods.v1.` for the core group).
 * @param resources in the order in which they are looked through
 */
export function findResource(word: string, resources: readonly Resource[] = builtInResources()): Resource | undefined {
  const wanted = word.toLowerCase();
  const dot = wanted.indexOf('.');
  if (dot < 0) return named(wanted, resources);
  const name = wanted.slice(0, dot);
  const group = wanted.slice(dot + 1);
  const [, afterVersion] = /^v\d+(?:(?:alpha|beta)\d+)?\.(.*)$/.exec(group) ?? [];
  return (
    inGroup(name, group, resources) ?? (afterVersion === undefined ? undefined : inGroup(name, afterVersion, resources))
  );
}

function inGroup(name: string, group: string, resources: readonly Resource[]): Resource | undefined {
  return named(
    name,
    resources.filter((resource) => resource.group === group),
  );
}

function named(name: string, resources: readonly Resource[]): Resource | undefined {
  return (
    resources.find(({ plural, singular, kind }) => [plural, singular, kind.toLowerCase()].includes(name)) ??
    resources.find(({ shortNames }) => shortNames.includes(name))
  );
}

/** Whether kubectl has a resource of this name that is never stored. */
export function isNeverStored(word: string): boolean {
  return NOT_STORED.test(word.toLowerCase().replace(/\..*/, ''));
}

/** `deployments.apps`, and `pods` for the core group: kubectl's name for a resource that is not ambiguous. */
export function qualifiedName({ plural, group }: Pick<Resource, 'plural' | 'group'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}
