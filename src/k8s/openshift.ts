/**
 * The resources that OpenShift's own API server stores, in a folder of its own beside that of Kubernetes (openshift-apiserver and
 * oauth-apiserver: storage prefix `openshift.io`). Others of its resources are custom ones.
 */
import { parseResources, type Resource } from './resources.js';

/** Where Kubernetes' keys stand in an OpenShift cluster, and beside them OpenShift's. */
export const KUBERNETES_ROOT = '/kubernetes.io/';
export const OPENSHIFT_ROOT = '/openshift.io/';

/** As the table of Kubernetes' resources. */
const TABLE = `
= apps.openshift.io v1
deploymentconfigs DeploymentConfig n @all dc
= build.openshift.io v1
buildconfigs BuildConfig n @all bc
builds Build n @all
= image.openshift.io v1
images Image c
imagestreams ImageStream n @all is
= oauth.openshift.io v1
oauthaccesstokens OAuthAccessToken c =oauth/accesstokens
oauthauthorizetokens OAuthAuthorizeToken c =oauth/authorizetokens
oauthclientauthorizations OAuthClientAuthorization c =oauth/clientauthorizations
oauthclients OAuthClient c =oauth/clients
= route.openshift.io v1
routes Route n @all
= template.openshift.io v1
brokertemplateinstances BrokerTemplateInstance c
templateinstances TemplateInstance n
templates Template n
= user.openshift.io v1
groups Group c
identities Identity c =useridentities
users User c
`;

/** A project is a namespace, seen by those who may use it. */
const PROJECT = `
= project.openshift.io v1
projects Project c =namespaces ~
`;

let parsed: readonly Resource[] | undefined;

/** All resources that are OpenShift's own. */
export function openShiftResources(): readonly Resource[] {
  parsed ??= [
    ...parseResources(TABLE).map((resource) => ({ ...resource, root: OPENSHIFT_ROOT })),
    ...parseResources(PROJECT),
  ];
  return parsed;
}
