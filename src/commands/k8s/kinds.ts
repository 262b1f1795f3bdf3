import { int } from '../../base/flags/declare.js';
import { countKinds } from '../../k8s/kinds.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { decimalBytes } from '../../output/size.js';
import type { CommandSpec, Run } from '../command.js';
import { openCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

export const spec = {
  usage: 'k8s kinds [options]',
  mostArgs: 0,
  description:
    'Counts the stored objects by resource, and by the version in which they are stored: a resource with two lines has objects that nothing has written since an upgrade. Bytes are those of keys and values.',
  examples: [
    'ketcdctl k8s kinds',
    'ketcdctl --endpoints file:backup.db k8s kinds -o json',
    'ketcdctl k8s kinds -o jsonl | jq \'select(.apiVersion | test("beta"))\' # what an upgrade has to migrate',
  ],
  flags: { ...OUTPUT_FLAG, rev: int('the revision to read (0: the newest)', { default: '0' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const kinds = await countKinds(await openCluster(context, flags));
  const total = {
    objects: kinds.reduce((sum, { objects }) => sum + objects, 0),
    bytes: kinds.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const rows = kinds.map(({ resource, apiVersion, kind, encoding, objects, bytes }) => [
    resource,
    apiVersion || '?',
    kind || '?',
    encoding,
    String(objects),
    decimalBytes(bytes),
  ]);
  rows.push(['total', '', '', '', String(total.objects), decimalBytes(total.bytes)]);
  await writeReport(context, format, {
    heads: ['RESOURCE', 'STORED AS', 'KIND', 'ENCODING', ' OBJECTS', ' BYTES'],
    rows,
    name: 'kinds',
    items: kinds.map(factsOf),
    facts: factsOf(total),
  });
};
