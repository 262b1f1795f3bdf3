import { ExitCode } from '../../base/errors.js';
import { toJson } from '../../k8s-decode/json/json.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import { certificateInFile, daysLeft } from '../../node/certificate.js';
import { findNode, type NodeFindings, type Sourced } from '../../node/find.js';
import { Columns } from '../../output/columns.js';
import { writeReadable } from '../../output/readable.js';
import { OUTPUT_FLAG, reportFormat } from '../../output/report.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'where [options]',
  description:
    'Shows what this node says of its etcd, and from where: the running process, static pods, units, and the folders of kubeadm, k3s, RKE2, k0s, kubespray, etcdadm, minikube and Talos; and which endpoints and certificates a command will use. Flags, ETCDCTL_ variables and contexts win over what was found.',
  examples: ['ketcdctl where', 'ketcdctl where -o yaml', 'sudo ketcdctl where # where keys can only be read by root'],
  flags: { ...OUTPUT_FLAG },
} satisfies CommandSpec;

/** One line: what, its value, and where it is from. */
type Row = [what: string, value: string, source: string];

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const rows = rowsOf(context, findNode());
  if (format === 'table') {
    const columns = new Columns();
    for (const row of rows) columns.add(row);
    await context.stdout.write([...columns.lines()].join('').replace(/ +$/gm, ''));
  } else {
    const items = rows.map(([what, value, source]): Fields => {
      const facts: [string, Value][] = [
        ['what', what.trim()],
        ['value', value],
        ['source', source],
      ];
      return new Map(facts.filter(([, text]) => text !== ''));
    });
    if (format === 'jsonl') for (const item of items) await context.stdout.write(`${toJson(item)}\n`);
    else await context.stdout.write(format === 'yaml' ? writeReadable('yaml', items) : `${toJson(items, '    ')}\n`);
  }
  return ExitCode.Ok;
};

function rowsOf({ options }: CommandContext, node: NodeFindings): Row[] {
  const { endpoints, cacert, cert, key, origin } = options;
  return [
    ['will be asked', endpoints.join(', '), origin.endpoints],
    ...certificateRows({ cacert, cert, key }, origin.certificates),
    ...found(
      'distribution',
      node.distribution === undefined ? undefined : { value: node.distribution, source: 'its folders are here' },
    ),
    ...found('found endpoints', joined(node.endpoints)),
    ...found('found certificate', node.certificates && { ...node.certificates, value: node.certificates.value.cert }),
    ...found('data directory', node.dataDir),
    ...found('metrics', joined(node.metricsUrls)),
    ...found('registry prefix', node.registryPrefix),
    ...found('encryption config', node.encryptionConfig),
    ...node.notes.map(
      ({ path, problem, needsRoot }): Row => ['not used', path, needsRoot ? `${problem}: try sudo` : problem],
    ),
  ];
}

function found(what: string, fact: Sourced<string> | undefined): Row[] {
  return fact === undefined ? [] : [[what, fact.value, fact.source]];
}

function joined(list: Sourced<string[]> | undefined): Sourced<string> | undefined {
  return list && { value: list.value.join(', '), source: list.source };
}

function certificateRows(files: { cacert: string; cert: string; key: string }, source: string): Row[] {
  if (files.cert === '' && files.cacert === '') return [];
  const rows: Row[] = [];
  if (files.cacert !== '') rows.push(['  trusts', files.cacert, source]);
  if (files.cert !== '') rows.push(['  certificate', files.cert, source], ['  key', files.key, source]);
  return files.cert === '' ? rows : [...rows, ...validityRows(files.cert)];
}

function validityRows(path: string): Row[] {
  try {
    const facts = certificateInFile(path);
    const days = daysLeft(facts, new Date());
    const left = days < 0 ? `ended ${-days} days ago` : `${days} days left`;
    return [
      ['  subject', facts.subject, ''],
      ['  until', `${facts.notAfter.toISOString().slice(0, 10)} (${left})`, ''],
    ];
  } catch (error) {
    return [['  not readable', (error as Error).message, '']];
  }
}
