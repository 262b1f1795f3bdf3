import { Failure } from '../../base/errors.js';
import { milliseconds, parseDuration } from '../../base/go/duration.js';
import { field, stringField, type Value } from '../value.js';
import { parseYaml } from '../yaml/read.js';

export interface NamedKey {
  name: string;
  secret: Buffer;
}

/** One way by which values may be encrypted, as an EncryptionConfiguration lists it. */
export type Provider =
  | { type: 'aescbc' | 'aesgcm' | 'secretbox'; keys: NamedKey[] }
  | { type: 'kms'; version: 'v1' | 'v2'; name: string; endpoint: string; timeoutMs: number }
  | { type: 'identity' };

/** The providers for some resources, in the order in which they are tried. */
export interface Rule {
  /** `secrets`, `deployments.apps`, `*.apps`, `*.` (the core group) or `*.*`. */
  resources: string[];
  providers: Provider[];
}

const secretSizes = { aescbc: [16, 24, 32], aesgcm: [16, 24, 32], secretbox: [32] };
const defaultTimeoutMs = 3000;

/**
 * Reads an EncryptionConfiguration (before Kubernetes 1.13: EncryptionConfig).
 *
 * @throws Failure that names the provider and key that is wrong, and never what the key is
 */
export function parseEncryptionConfig(text: string): Rule[] {
  const config = readDocument(text);
  const kind = stringField(config, 'kind');
  if (kind !== 'EncryptionConfiguration' && kind !== 'EncryptionConfig') {
    throw invalid('it has no kind EncryptionConfiguration');
  }
  return list(field(config, 'resources'), 'resources').map((rule) => ({
    resources: list(field(rule, 'resources'), 'resources').filter((name) => typeof name === 'string'),
    providers: list(field(rule, 'providers'), 'providers').map(parseProvider),
  }));
}

function readDocument(text: string): Value | undefined {
  try {
    return parseYaml(text)[0];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // The message may quote what it could not read, which may be a key.
    throw invalid(`it is not valid YAML ${/\(line \d+\)$/.exec(error.message)?.[0] ?? ''}`.trimEnd());
  }
}

function parseProvider(provider: Value): Provider {
  const [type = '', ...others] = provider instanceof Map ? provider.keys() : [];
  if (others.length > 0) throw invalid('a provider has more than one name');
  const settings = field(provider, type);
  switch (type) {
    case 'identity':
      return { type };
    case 'aescbc':
    case 'aesgcm':
    case 'secretbox':
      return { type, keys: list(field(settings, 'keys'), `${type} keys`).map((key) => parseKey(type, key)) };
    case 'kms':
      return parseKms(settings);
    default:
      throw invalid(`unknown provider ${shownName(type)}`);
  }
}

function parseKey(type: keyof typeof secretSizes, key: Value): NamedKey {
  const name = stringField(key, 'name');
  if (!name) throw invalid(`a key of ${type} has no name`);
  const text = stringField(key, 'secret') ?? '';
  const secret = Buffer.from(text, 'base64');
  const sizes = secretSizes[type];
  if (!/^[A-Za-z0-9+/\s]+=*\s*$/.test(text) || !sizes.includes(secret.length)) {
    throw invalid(`the secret of ${type} key ${shownName(name)} is not ${sizes.join(', ')} bytes in base64`);
  }
  return { name, secret };
}

function parseKms(settings: Value | undefined): Provider {
  const name = stringField(settings, 'name');
  const endpoint = stringField(settings, 'endpoint');
  if (!name || !endpoint) throw invalid('a kms provider needs a name and an endpoint');
  const version = stringField(settings, 'apiVersion') ?? 'v1';
  if (version !== 'v1' && version !== 'v2') throw invalid(`kms ${shownName(name)} has an unknown apiVersion`);
  return { type: 'kms', version, name, endpoint, timeoutMs: timeoutOf(stringField(settings, 'timeout')) };
}

/** A duration such as `3s` or `1m30s` in milliseconds. */
function timeoutOf(text = '0'): number {
  try {
    return milliseconds(parseDuration(text)) || defaultTimeoutMs;
  } catch {
    return defaultTimeoutMs;
  }
}

function list(value: Value | undefined, what: string): Value[] {
  if (!Array.isArray(value)) throw invalid(`${what} is no list`);
  return value;
}

/** A name in quotes; one that could be a secret at the wrong place is not shown. */
function shownName(name: string): string {
  return /^[\w.+/=-]{1,19}$/.test(name) ? JSON.stringify(name) : '(its name is too long to be shown)';
}

function invalid(reason: string): Failure {
  return new Failure(`invalid EncryptionConfiguration: ${reason}`);
}
