/** How stored values stand to an EncryptionConfiguration: what it would write today, and what it can still read. */
import { readFile } from 'node:fs/promises';
import { ExitCode, Failure } from '../base/errors.js';
import { type Provider, parseEncryptionConfig, type Rule } from '../k8s-decode/encryption/config.js';
import type { EncryptionCount } from './kinds.js';

/**
 * `current`: as the API server would write it today; `outdated`: it can read it and would write it in another way;
 * `unreadable`: the configuration has no such key.
 */
export type EncryptionState = 'current' | 'outdated' | 'unreadable';

/** @throws Failure that tells what is wrong with the file, and never what is in it */
export async function readRules(path: string): Promise<Rule[]> {
  try {
    return parseEncryptionConfig(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`cannot read the EncryptionConfiguration ${path}: ${(error as Error).message}`, {
      exitCode: ExitCode.IO,
      cause: error,
    });
  }
}

/** The state of the values that are counted together. */
export function encryptionState(rules: readonly Rule[], count: EncryptionCount): EncryptionState {
  const rule = rules.find(({ resources }) => resources.some((pattern) => covers(pattern, count.resource)));
  // What no rule mentions is written as it is.
  const ways = rule ? rule.providers.flatMap(waysOf) : ['none'];
  const at = ways.indexOf(wayOf(count));
  return at === 0 ? 'current' : at > 0 ? 'outdated' : 'unreadable';
}

/** @param resource `secrets` or `deployments.apps`; a pattern is such a name, `*.apps`, `*.` (the core group) or `*.*` */
function covers(pattern: string, resource: string): boolean {
  if (pattern === '*.*') return true;
  const dot = resource.indexOf('.');
  const group = dot < 0 ? '' : resource.slice(dot + 1);
  return pattern.startsWith('*.') ? pattern.slice(2) === group : pattern.replace(/\.$/, '') === resource;
}

function waysOf(provider: Provider): string[] {
  if (provider.type === 'identity') return ['none'];
  if (provider.type === 'kms') return [`kms ${provider.version} ${provider.name}`];
  return provider.keys.map(({ name }) => `${provider.type} v1 ${name}`);
}

function wayOf({ provider, version, keyName }: EncryptionCount): string {
  return provider === 'none' ? provider : `${provider} ${version} ${keyName}`;
}
