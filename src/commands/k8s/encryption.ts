import { int } from '../../base/flags/declare.js';
import { encryptionState } from '../../k8s/encryption-state.js';
import { countEncryption } from '../../k8s/kinds.js';
import { findEncryptionConfig, readRules } from '../../k8s-decode/encryption/index.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { decimalBytes } from '../../output/size.js';
import type { CommandSpec, Run } from '../command.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s encryption [options]',
  mostArgs: 0,
  description:
    "Shows how the values of each resource are encrypted at rest: the provider and the name of the key, as the values say it themselves; `none` for plain ones. Where there is an EncryptionConfiguration (--encryption-config FILE; on a control-plane node the API server's), STATE tells how it stands to them: current (as they would be written today), outdated (readable, to be written again after a rotation), unreadable (it has no such key). Keys are never shown. `k8s encryption rewrite` writes anew what is outdated.",
  examples: [
    'ketcdctl k8s encryption',
    'ketcdctl --encryption-config /etc/kubernetes/enc.yaml k8s encryption # is everything written with the new key?',
    'ketcdctl --endpoints file:backup.db k8s encryption -o jsonl | jq \'select(.provider == "none")\'',
  ],
  flags: { ...OUTPUT_FLAG, rev: int('the revision to read (0: the newest)', { default: '0' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const path = context.options.encryptionConfig || findEncryptionConfig();
  const rules = path === undefined ? undefined : await readRules(path);
  const counts = (await countEncryption(await openCluster(context, flags))).map((count) => ({
    ...count,
    ...(rules && { state: encryptionState(rules, count) }),
  }));
  await writeReport(context, format, {
    heads: ['RESOURCE', 'PROVIDER', 'KEY', ' VALUES', ' BYTES', ...(rules ? ['STATE'] : [])],
    rows: counts.map(({ resource, provider, version, keyName, objects, bytes, state }) => [
      resource,
      provider === 'kms' ? `kms ${version}` : provider,
      keyName,
      String(objects),
      decimalBytes(bytes),
      ...(state ? [state] : []),
    ]),
    name: 'encryption',
    items: counts.map(factsOf),
  });
};
