/** Field selectors, by the fields that the API server lets each kind be selected by, and refused in its words. */
import type { Selector } from '../k8s/selectors.js';
import { compileJsonPath } from '../k8s/tables/json-path.js';
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import type { Api } from './apis.js';
import { badRequest } from './status.js';

/** The value of a field, as text. */
type Read = (object: Fields) => string;

/** One comparison of a selector. */
export interface Term {
  label: string;
  isEqual: boolean;
  value: string;
}

const NAMED = ['metadata.name', 'metadata.namespace'];
const EVENT_OBJECT = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** The fields of a kind: `PATH`, or `PATH=OTHERWISE` for what is read where it is not set. Of all others: name and namespace. */
const FIELDS: Record<string, readonly string[]> = {
  'CertificateSigningRequest certificates.k8s.io': ['metadata.name', 'spec.signerName'],
  'ClusterTrustBundle certificates.k8s.io': ['metadata.name', 'spec.signerName'],
  'Event ': [
    ...NAMED,
    ...EVENT_OBJECT.map((name) => `involvedObject.${name}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'Event events.k8s.io': [
    ...NAMED,
    ...EVENT_OBJECT.map((name) => `regarding.${name}`),
    'reason',
    'reportingController',
    'type',
  ],
  'Job batch': [...NAMED, 'status.successful'],
  'Namespace ': ['metadata.name', 'status.phase', 'name'],
  'Node ': ['metadata.name', 'spec.unschedulable=false'],
  'Pod ': [
    ...NAMED,
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork=false',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
    'spec.host',
  ],
  'PodCertificateRequest certificates.k8s.io': ['metadata.name', 'spec.signerName', 'spec.podName', 'spec.nodeName'],
  'ReplicaSet apps': [...NAMED, 'status.replicas=0'],
  'ReplicationController ': [...NAMED, 'status.replicas=0'],
  'ResourceSlice resource.k8s.io': ['metadata.name', 'spec.nodeName', 'spec.driver', 'spec.pool.name'],
  'Secret ': [...NAMED, 'type'],
  'Service ': [...NAMED, 'spec.clusterIP', 'spec.type'],
};

/** Labels that stand for another field. */
const OTHER_FIELDS: Record<string, Read> = {
  'spec.host': (object) => text(object, 'spec.nodeName'),
  'status.successful': (object) => text(object, 'status.succeeded') || '0',
  source: (event) => text(event, 'source.component') || text(event, 'reportingComponent'),
  name: (object) => text(object, 'metadata.name'),
};

/**
 * The selector, and its parts; undefined for an empty one.
 * @throws StatusError 400
 */
export function fieldSelector(selector: string, api: Api): { terms: readonly Term[]; selects: Selector } | undefined {
  const terms = termsOf(selector);
  if (terms.length === 0) return undefined;
  const compared = terms.map((term) => ({ ...term, read: reader(api, term.label) }));
  return {
    terms,
    selects: (object) => compared.every(({ read, isEqual, value }) => (read(object) === value) === isEqual),
  };
}

/** Parted by commas; a backslash takes the meaning from a comma, an equals sign or itself. */
function termsOf(selector: string): Term[] {
  const parts = selector.match(/(?:\\[\s\S]|[^,\\])+/g) ?? [];
  return parts.map((part) => {
    const match = /^((?:\\[\s\S]|[^=!\\]|!(?!=))*)(!=|==|=)((?:\\[,=\\]|[^\\=])*)$/.exec(part);
    if (!match) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
    const [, label = '', operator, value = ''] = match;
    return { label, isEqual: operator !== '!=', value: value.replace(/\\([,=\\])/g, '$1') };
  });
}

function reader(api: Api, label: string): Read {
  if (api.custom) return customReader(api.custom.selectableFields, label);
  const id = `${api.kind} ${api.group}`;
  const isListed = Object.hasOwn(FIELDS, id);
  for (const each of isListed ? FIELDS[id]! : NAMED) {
    const [path = '', otherwise = ''] = each.split('=');
    if (path !== label) continue;
    if (Object.hasOwn(OTHER_FIELDS, path)) return OTHER_FIELDS[path]!;
    return (object) => text(object, path) || otherwise;
  }
  throw badRequest(isListed ? unsupported(api, label) : notKnown(label));
}

function customReader(selectable: readonly string[], label: string): Read {
  if (NAMED.includes(label)) return (object) => text(object, label);
  const path = selectable.includes(`.${label}`) ? compileJsonPath(`.${label}`) : undefined;
  if (!path) throw badRequest(`field label not supported: ${label}`);
  return (object) => String(path(object)[0] ?? '');
}

function unsupported({ kind, apiVersion }: Api, label: string): string {
  if (kind === 'Job') return `field label ${JSON.stringify(label)} not supported for Job`;
  if (kind !== 'ResourceSlice') return `field label not supported: ${label}`;
  return `field label not supported for ${apiVersion}, Kind=${kind}: ${label}`;
}

function notKnown(label: string): string {
  return `${JSON.stringify(label)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function text(object: Fields, path: string): string {
  const names = path.split('.');
  return stringField(object, ...names) ?? String(field(object, ...names) ?? '');
}
