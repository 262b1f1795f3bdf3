/** The texts of stored objects in which certificates may lie. */
import { NO_MANAGED_FIELDS } from '../k8s-decode/protobuf/field-mask.js';
import type { Value } from '../k8s-decode/value.js';
import type { Cluster } from './cluster.js';
import { readObjects } from './objects.js';

/** An object, and its texts that are long enough; or why it cannot be read. */
export interface CertificateTexts {
  /** The plural of its resource. */
  resource: string;
  /** `secrets shop/tls` */
  at: string;
  texts: string[];
  problem?: string;
}

/** Resources in which certificates lie. */
const RESOURCES = [
  'secrets',
  'configmaps',
  'certificatesigningrequests.certificates.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'apiservices.apiregistration.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
];

/** Shorter than any certificate is. */
const LEAST = 200;

/** @throws RpcError when etcd does not answer */
export async function* certificateTexts(cluster: Cluster): AsyncGenerator<CertificateTexts> {
  for (const word of RESOURCES) {
    const resource = await cluster.find(word);
    if (!resource) continue;
    const isSecret = resource.kind === 'Secret';
    for await (const { object, namespace, name, reason } of readObjects(cluster, {
      resource,
      fields: NO_MANAGED_FIELDS,
    })) {
      const at = `${resource.plural} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
      const of = { resource: resource.plural, at };
      if (!object) yield { ...of, texts: [], problem: reason!.message };
      else if (!isSecret) yield { ...of, texts: [...textsOf(object)] };
      else
        yield {
          ...of,
          texts: [...textsOf(object.get('data'))].map((data) => Buffer.from(data, 'base64').toString('latin1')),
        };
    }
  }
}

/** All texts in a value, however deep. */
function* textsOf(value: Value | undefined): Generator<string> {
  if (typeof value === 'string') {
    if (value.length >= LEAST) yield value;
  } else if (Array.isArray(value)) for (const each of value) yield* textsOf(each);
  else if (value instanceof Map) for (const each of value.values()) yield* textsOf(each);
}
