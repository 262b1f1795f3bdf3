/** Secrets without what is secret in them: names and sizes stay. */
import type { Fields, Value } from '../k8s-decode/value.js';
import { fieldsAt } from './fields.js';

/** Where kubectl keeps the whole manifest. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MASK = '***';

/** A Secret with the size of each value in its place. */
export function maskedSecret(secret: Fields): Fields {
  const masked: Fields = new Map(secret);
  const data = secret.get('data');
  if (data instanceof Map) masked.set('data', new Map([...data].map(([name, value]) => [name, masking(value)])));
  const metadata = fieldsAt(secret, 'metadata');
  const annotations = metadata.get('annotations');
  if (annotations instanceof Map && annotations.has(LAST_APPLIED)) {
    masked.set('metadata', new Map(metadata).set('annotations', new Map(annotations).set(LAST_APPLIED, MASK)));
  }
  return masked;
}

function masking(value: Value): string {
  const size = Buffer.from(typeof value === 'string' ? value : '', 'base64').length;
  return Buffer.from(`${MASK} (${size} bytes)`).toString('base64');
}
