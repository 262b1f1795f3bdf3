/** Values that are encrypted at rest, and what has the keys for them. */
import { readFileSync } from 'node:fs';
import { parseEncryptionConfig } from '../../../src/k8s-decode/encryption/config.js';
import { configInManifest } from '../../../src/k8s-decode/encryption/find-config.js';
import { Decryptor, describeEncrypted, isEncrypted } from '../../../src/k8s-decode/encryption/index.js';
import { coversKey } from '../../../src/k8s-decode/encryption/resource.js';
import { configInArchive, isArchive } from '../../../src/k8s-decode/encryption/static-pods.js';
import { testData } from '../../support/root.js';
import { jsonLines } from '../../support/values.js';
import { each, Lost, type Target } from '../target.js';

const PROVIDERS = ['aescbc', 'aesgcm', 'secretbox', 'kmsv2'];

const configOf = (provider: string) => readFileSync(testData(`k8s-real/encryption/${provider}-1.36.yaml`));

/** The key under which a value was stored, a line, and the value. */
function keyAndValue(provider: string): Buffer[] {
  const lines = jsonLines<{ key: string; value: string }>(testData(`k8s-real/encryption/${provider}-1.36.ndjson.gz`));
  return lines
    .slice(0, 4)
    .map(({ key, value }) => Buffer.concat([Buffer.from(`${key}\n`), Buffer.from(value, 'base64')]));
}

/** A plugin that knows no key by heart: its data keys are as long as they should be. */
const unwrap = async () => Buffer.alloc(32, 7);

let decryptor: Decryptor | undefined;

const encrypted: Target = {
  name: 'encrypted',
  seeds() {
    const rules = PROVIDERS.flatMap((provider) => parseEncryptionConfig(configOf(provider).toString()));
    decryptor = new Decryptor(rules, unwrap);
    const sealed = PROVIDERS.filter((provider) => provider !== 'kmsv2').flatMap(keyAndValue);
    return sealed.slice(0, 12);
  },
  words: ['k8s:enc:', 'aescbc:v1:', 'aesgcm:v1:', 'secretbox:v1:', 'kms:v1:', 'kms:v2:', ':', '\n', ...kmsValues()],
  async run(input) {
    const end = Math.max(0, input.indexOf('\n'));
    const value = input.subarray(end + 1);
    if ((describeEncrypted(value) !== undefined) !== isEncrypted(value)) throw new Lost('encrypted, and not');
    await decryptor?.decrypt(input.subarray(0, end), value);
  },
};

/** Values of KMS providers, which nobody can open here. */
function kmsValues(): Buffer[] {
  return keyAndValue('kmsv2').map((line) => line.subarray(line.indexOf('\n')));
}

const PATTERNS = ['secrets', '*.apps', '*.*', '*.', 'widgets.example.com'];

const encryptionConfig: Target = {
  name: 'encryption-config',
  seeds: () => PROVIDERS.map(configOf),
  words: [
    'resources:\n',
    '- ',
    '*.*',
    'identity: {}',
    'kms: {name: a, endpoint: unix:///x}',
    'secret: ',
    'AAAA',
    'keys:\n',
    '--encryption-provider-config=',
  ],
  run(whole) {
    // The YAML reader takes half a second for 100 kB of what is no YAML.
    const input = whole.subarray(0, 1 << 15);
    const text = input.toString();
    for (const pattern of PATTERNS) coversKey(pattern, text);
    return each(
      () => parseEncryptionConfig(text),
      () => configInManifest(text),
      () => isArchive(input) && configInArchive('archive', input),
    );
  },
};

export const encryptionTargets = [encrypted, encryptionConfig];
