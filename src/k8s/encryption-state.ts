/** How stored values stand to an EncryptionConfiguration: what it would write today, and what it can still read. */
import type { Provider, Rule } from '../k8s-decode/encryption/config.js';
import { coversResource } from '../k8s-decode/encryption/resource.js';
import type { EncryptionCount } from './kinds.js';
import { builtInResources, qualifiedName } from './resources.js';

/**
 * `current`: as the API server would write it today; `outdated`: it can read it and would write it in another way;
 * `unreadable`: the configuration has no such key.
 */
export type EncryptionState = 'current' | 'outdated' | 'unreadable';

/** The state of the values that are counted together. */
export function encryptionState(rules: readonly Rule[], count: EncryptionCount): EncryptionState {
  const rule = rules.find(({ resources }) => resources.some((pattern) => coversResource(pattern, count.resource)));
  // What no rule mentions is written as it is, and so is what no API serves, whatever rules say.
  const ways = rule && !isInternal(count.resource) ? rule.providers.flatMap(waysOf) : ['none'];
  const at = ways.indexOf(wayOf(count));
  return at === 0 ? 'current' : at > 0 ? 'outdated' : 'unreadable';
}

function isInternal(resource: string): boolean {
  return builtInResources().some((each) => each.internal && qualifiedName(each) === resource);
}

function waysOf(provider: Provider): string[] {
  if (provider.type === 'identity') return ['none'];
  if (provider.type === 'kms') return [`kms ${provider.version} ${provider.name}`];
  // A value's own words end at a colon, which a name may have.
  return provider.keys.map(({ name }) => `${provider.type} v1 ${name.split(':')[0]}`);
}

function wayOf({ provider, version, keyName }: EncryptionCount): string {
  return provider === 'none' ? provider : `${provider} ${version} ${keyName}`;
}
