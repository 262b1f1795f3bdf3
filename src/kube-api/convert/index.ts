/**
 * Objects in another version than that in which they are stored. Most versions of a kind differ by their name alone; where fields
 * changed there is a conversion here, or none: then the version is not served.
 */
import { definitionV1 } from '../../k8s/definition-v1.js';
import { fieldsAt } from '../../k8s/fields.js';
import type { Fields } from '../../k8s-decode/value.js';
import { scalerV1, scalerV2 } from './autoscaling.js';
import { claimV1, claimV1beta1, sliceV1, sliceV1beta1, templateV1, templateV1beta1 } from './devices.js';
import { newEvent, newEventV1, oldEvent } from './events.js';
import { bindingV1, bindingV1alpha1 } from './rbac.js';
import { daemonSetV1, daemonSetV1beta1, deploymentV1, deploymentV1beta1 } from './workloads.js';

/** Makes an object of a version into one of another; its apiVersion is set by who asks. */
export type Conversion = (object: Fields) => Fields;

/** The versions in which a kind has had the same fields, a list a shape. Kinds that are not here never changed. */
const SHAPES: Record<string, readonly (readonly string[])[]> = {
  ClusterRoleBinding: bindings(),
  CustomResourceDefinition: [['apiextensions.k8s.io/v1beta1'], ['apiextensions.k8s.io/v1']],
  DaemonSet: [['extensions/v1beta1'], ['apps/v1beta2', 'apps/v1']],
  Deployment: [
    ['extensions/v1beta1', 'apps/v1beta1'],
    ['apps/v1beta2', 'apps/v1'],
  ],
  EndpointSlice: [['discovery.k8s.io/v1alpha1', 'discovery.k8s.io/v1beta1'], ['discovery.k8s.io/v1']],
  Event: [['v1'], ['events.k8s.io/v1beta1'], ['events.k8s.io/v1']],
  HorizontalPodAutoscaler: [['autoscaling/v1'], ['autoscaling/v2beta1'], ['autoscaling/v2beta2', 'autoscaling/v2']],
  Ingress: [['extensions/v1beta1', 'networking.k8s.io/v1beta1'], ['networking.k8s.io/v1']],
  LeaseCandidate: [['coordination.k8s.io/v1alpha1'], ['coordination.k8s.io/v1alpha2', 'coordination.k8s.io/v1beta1']],
  PodCertificateRequest: [
    ['certificates.k8s.io/v1alpha1'],
    ['certificates.k8s.io/v1beta1'],
    ['certificates.k8s.io/v1'],
  ],
  PriorityLevelConfiguration: [
    ['v1alpha1', 'v1beta1', 'v1beta2'].map((version) => `flowcontrol.apiserver.k8s.io/${version}`),
    ['v1beta3', 'v1'].map((version) => `flowcontrol.apiserver.k8s.io/${version}`),
  ],
  Project: [['v1'], ['project.openshift.io/v1']],
  ResourceClaim: devices(),
  ResourceClaimTemplate: devices(),
  ResourceSlice: devices(),
  DeviceClass: [
    ['resource.k8s.io/v1alpha3'],
    ['v1beta1', 'v1beta2', 'v1'].map((version) => `resource.k8s.io/${version}`),
  ],
  RoleBinding: bindings(),
  RuntimeClass: [['node.k8s.io/v1alpha1'], ['node.k8s.io/v1beta1', 'node.k8s.io/v1']],
  StorageVersionMigration: [
    ['storagemigration.k8s.io/v1alpha1'],
    ['storagemigration.k8s.io/v1beta1', 'storagemigration.k8s.io/v1'],
  ],
};

function bindings(): string[][] {
  const versions = [['v1alpha1'], ['v1beta1', 'v1']];
  return versions.map((shape) => shape.map((version) => `rbac.authorization.k8s.io/${version}`));
}

function devices(): string[][] {
  const versions = [['v1alpha1'], ['v1alpha2'], ['v1alpha3'], ['v1beta1'], ['v1beta2', 'v1']];
  return versions.map((shape) => shape.map((version) => `resource.k8s.io/${version}`));
}

/** By kind and the newest version of the shapes that they lead from and to. */
const CONVERSIONS: Record<string, Conversion> = {
  'ClusterRoleBinding rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1alpha1': bindingV1alpha1,
  'ClusterRoleBinding rbac.authorization.k8s.io/v1alpha1 rbac.authorization.k8s.io/v1': bindingV1,
  'CustomResourceDefinition apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1': servedDefinition,
  'DaemonSet apps/v1 extensions/v1beta1': daemonSetV1beta1,
  'DaemonSet extensions/v1beta1 apps/v1': daemonSetV1,
  'Deployment apps/v1 apps/v1beta1': deploymentV1beta1,
  'Deployment apps/v1beta1 apps/v1': deploymentV1,
  'Event events.k8s.io/v1 events.k8s.io/v1beta1': (event) => event,
  'Event events.k8s.io/v1 v1': oldEvent,
  'Event events.k8s.io/v1beta1 events.k8s.io/v1': newEventV1,
  'Event events.k8s.io/v1beta1 v1': oldEvent,
  'Event v1 events.k8s.io/v1': (event) => newEventV1(newEvent(event)),
  'Event v1 events.k8s.io/v1beta1': newEvent,
  'HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1': scalerV1,
  'HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2': scalerV2,
  'PodCertificateRequest certificates.k8s.io/v1beta1 certificates.k8s.io/v1': certificateRequestV1,
  'PodCertificateRequest certificates.k8s.io/v1 certificates.k8s.io/v1beta1': (request) => request,
  'RoleBinding rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1alpha1': bindingV1alpha1,
  'RoleBinding rbac.authorization.k8s.io/v1alpha1 rbac.authorization.k8s.io/v1': bindingV1,
  'Project v1 project.openshift.io/v1': (namespace) => new Map(namespace).set('kind', 'Project'),
  'ResourceClaim resource.k8s.io/v1 resource.k8s.io/v1beta1': claimV1beta1,
  'ResourceClaim resource.k8s.io/v1beta1 resource.k8s.io/v1': claimV1,
  'ResourceClaimTemplate resource.k8s.io/v1 resource.k8s.io/v1beta1': templateV1beta1,
  'ResourceClaimTemplate resource.k8s.io/v1beta1 resource.k8s.io/v1': templateV1,
  'ResourceSlice resource.k8s.io/v1 resource.k8s.io/v1beta1': sliceV1beta1,
  'ResourceSlice resource.k8s.io/v1beta1 resource.k8s.io/v1': sliceV1,
};

/**
 * What makes an object of Kubernetes' own into one of another version; undefined where that is not known.
 * @param from its apiVersion
 * @param to the apiVersion that is wanted
 */
export function conversionOf(kind: string, from: string, to: string): Conversion | undefined {
  const shapes = Object.hasOwn(SHAPES, kind) ? SHAPES[kind]! : [];
  const [before, after] = [from, to].map((version) => shapes.find((shape) => shape.includes(version)));
  if (before === after) return (object) => object;
  return CONVERSIONS[`${kind} ${before?.at(-1) ?? from} ${after?.at(-1) ?? to}`];
}

/** A definition says how objects are converted, though it is not at all. */
function servedDefinition(object: Fields): Fields {
  const definition = definitionV1(object);
  const spec = fieldsAt(definition, 'spec');
  if (!spec.has('conversion')) spec.set('conversion', new Map([['strategy', 'None']]));
  return definition;
}

/** Of what a pod's request for a certificate shows to the signer v1 has the PKCS #10 request alone. */
function certificateRequestV1(request: Fields): Fields {
  const spec = new Map(fieldsAt(request, 'spec'));
  for (const name of ['pkixPublicKey', 'proofOfPossession']) spec.delete(name);
  return new Map(request).set('spec', spec);
}
