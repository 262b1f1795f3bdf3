/**
 * Which API versions each release of Kubernetes serves when all that need no feature gate are switched on, alpha and beta too: since
 * when, and until which removal (the lifecycle marks of k8s.io/api, and the lists of removed APIs for what is no longer there).
 */

/** The newest release in the table, by its minor number: 1.37. */
export const NEWEST_RELEASE = 37;
/** The oldest that the tables of types know. */
export const OLDEST_RELEASE = 8;

/** Some resources of a group in one version, and the releases (minor numbers) that serve them so. */
export interface ServedVersion {
  group: string;
  version: string;
  since: number;
  until: number;
  plurals: readonly string[];
}

/**
 * A line `= GROUP`, in the order of discovery, then `VERSION SINCE-UNTIL PLURALS`, the preferred versions of a group first. What an
 * old release calls preferred is what is left.
 */
const TABLE = `
=
v1 8- bindings componentstatuses configmaps endpoints events limitranges namespaces nodes persistentvolumeclaims persistentvolumes pods podtemplates replicationcontrollers resourcequotas secrets serviceaccounts services
= apiregistration.k8s.io
v1 10- apiservices
v1beta1 8-21 apiservices
= extensions
v1beta1 8-15 daemonsets deployments networkpolicies podsecuritypolicies replicasets
v1beta1 8-21 ingresses
= apps
v1 9- controllerrevisions daemonsets deployments replicasets statefulsets
v1beta2 8-15 controllerrevisions daemonsets deployments replicasets statefulsets
v1beta1 8-15 controllerrevisions deployments statefulsets
= events.k8s.io
v1 19- events
v1beta1 8-24 events
= authentication.k8s.io
v1 8- tokenreviews
v1 28- selfsubjectreviews
v1beta1 8-21 tokenreviews
v1beta1 27-32 selfsubjectreviews
v1alpha1 26-31 selfsubjectreviews
= authorization.k8s.io
v1 8- localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews
v1beta1 8-21 localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews
= autoscaling
v2 23- horizontalpodautoscalers
v1 8- horizontalpodautoscalers
v2beta2 12-25 horizontalpodautoscalers
v2beta1 8-24 horizontalpodautoscalers
= batch
v1 21- cronjobs
v1 8- jobs
v1beta1 8-24 cronjobs
v2alpha1 8-20 cronjobs
= certificates.k8s.io
v1 19- certificatesigningrequests
v1 37- clustertrustbundles podcertificaterequests
v1beta1 8-21 certificatesigningrequests
v1beta1 33-39 clustertrustbundles
v1beta1 35-39 podcertificaterequests
v1alpha1 27-36 clustertrustbundles
v1alpha1 34-34 podcertificaterequests
= networking.k8s.io
v1 8- networkpolicies
v1 19- ingressclasses ingresses
v1 33- ipaddresses servicecidrs
v1beta1 14-21 ingresses
v1beta1 18-21 ingressclasses
v1beta1 31-36 ipaddresses servicecidrs
v1alpha1 25-28 clustercidrs
v1alpha1 27-33 ipaddresses
v1alpha1 29-33 servicecidrs
= policy
v1 21- poddisruptionbudgets
v1beta1 8-24 poddisruptionbudgets
v1beta1 10-24 podsecuritypolicies
= rbac.authorization.k8s.io
v1 8- clusterrolebindings clusterroles rolebindings roles
v1beta1 8-21 clusterrolebindings clusterroles rolebindings roles
v1alpha1 8-21 clusterrolebindings clusterroles rolebindings roles
= settings.k8s.io
v1alpha1 8-19 podpresets
= storage.k8s.io
v1 8- storageclasses
v1 13- volumeattachments
v1 17- csinodes
v1 18- csidrivers
v1 24- csistoragecapacities
v1 34- volumeattributesclasses
v1beta1 8-21 storageclasses
v1beta1 10-21 volumeattachments
v1beta1 14-21 csidrivers csinodes
v1beta1 21-26 csistoragecapacities
v1beta1 31-36 volumeattributesclasses
v1alpha1 9-23 volumeattachments
v1alpha1 19-23 csistoragecapacities
v1alpha1 29-34 volumeattributesclasses
= admissionregistration.k8s.io
v1 16- mutatingwebhookconfigurations validatingwebhookconfigurations
v1 30- validatingadmissionpolicies validatingadmissionpolicybindings
v1 36- mutatingadmissionpolicies mutatingadmissionpolicybindings
v1beta1 9-21 mutatingwebhookconfigurations validatingwebhookconfigurations
v1beta1 28-33 validatingadmissionpolicies validatingadmissionpolicybindings
v1beta1 34-39 mutatingadmissionpolicies mutatingadmissionpolicybindings
v1alpha1 8-13 initializerconfigurations
v1alpha1 8-8 externaladmissionhookconfigurations
v1alpha1 26-31 validatingadmissionpolicies validatingadmissionpolicybindings
v1alpha1 32-37 mutatingadmissionpolicies mutatingadmissionpolicybindings
= apiextensions.k8s.io
v1 16- customresourcedefinitions
v1beta1 8-21 customresourcedefinitions
= scheduling.k8s.io
v1 14- priorityclasses
v1beta1 11-21 priorityclasses
v1alpha1 8-21 priorityclasses
= coordination.k8s.io
v1 14- leases
v1beta1 12-21 leases
v1beta1 33-38 leasecandidates
v1alpha2 32-37 leasecandidates
v1alpha1 31-31 leasecandidates
= node.k8s.io
v1 20- runtimeclasses
v1beta1 13-24 runtimeclasses
v1alpha1 14-23 runtimeclasses
= auditregistration.k8s.io
v1alpha1 13-18 auditsinks
= discovery.k8s.io
v1 21- endpointslices
v1beta1 16-24 endpointslices
v1alpha1 16-19 endpointslices
= resource.k8s.io
v1 34- deviceclasses resourceclaims resourceclaimtemplates resourceslices
v1 37- devicetaintrules
v1beta2 33-38 deviceclasses resourceclaims resourceclaimtemplates resourceslices
v1beta2 36-41 devicetaintrules
v1beta1 32-37 deviceclasses resourceclaims resourceclaimtemplates resourceslices
v1alpha3 31-31 deviceclasses podschedulingcontexts resourceclaims resourceclaimtemplates resourceslices
v1alpha3 33-38 devicetaintrules
v1alpha3 36-41 resourcepoolstatusrequests
v1alpha2 27-30 podschedulingcontexts resourceclaims resourceclaimtemplates resourceclasses
v1alpha2 30-30 resourceclaimparameters resourceclassparameters resourceslices
v1alpha1 26-26 podschedulings resourceclaims resourceclaimtemplates resourceclasses
= flowcontrol.apiserver.k8s.io
v1 29- flowschemas prioritylevelconfigurations
v1beta3 26-31 flowschemas prioritylevelconfigurations
v1beta2 23-28 flowschemas prioritylevelconfigurations
v1beta1 20-25 flowschemas prioritylevelconfigurations
v1alpha1 18-20 flowschemas prioritylevelconfigurations
= internal.apiserver.k8s.io
v1alpha1 20- storageversions
= storagemigration.k8s.io
v1 37- storageversionmigrations
v1beta1 35-39 storageversionmigrations
v1alpha1 30-34 storageversionmigrations
`;

let parsed: readonly ServedVersion[] | undefined;

/** All that a release serves, of its own. */
export function servedVersions(): readonly ServedVersion[] {
  parsed ??= parseTable();
  return parsed;
}

function parseTable(): ServedVersion[] {
  const versions: ServedVersion[] = [];
  let group = '';
  for (const line of TABLE.trim().split('\n')) {
    const [first = '', range = '', ...plurals] = line.split(' ');
    if (first === '=') {
      group = range;
      continue;
    }
    const [since, until] = range.split('-');
    versions.push({
      group,
      version: first,
      since: Number(since),
      until: Number(until) || Number.POSITIVE_INFINITY,
      plurals,
    });
  }
  return versions;
}
