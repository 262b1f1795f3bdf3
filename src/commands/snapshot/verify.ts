import { ExitCode, Failure } from '../../base/errors.js';
import { decodeStored, isStored } from '../../k8s-decode/index.js';
import { outputFormat } from '../../output/format.js';
import { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { ALL_KEYS } from '../../storage/mvcc/revision.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import { type FileReport, verifyFile } from '../../storage/snapshot/verify.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { printFacts } from './file-facts.js';

export const spec = {
  usage: 'snapshot verify <filename>',
  description:
    'Checks a snapshot from end to end: its SHA-256, every page and its place in the tree, every revision of every key, and that each Kubernetes object decodes. The exit code is 1 when something is wrong.',
  examples: ['ketcdctl snapshot verify backup.db', 'ketcdctl snapshot verify /var/lib/etcd # a member that is stopped'],
  complete: 'file',
  flags: {},
} satisfies CommandSpec;

/** What came of decoding the values. */
interface Decoded {
  objects: number;
  /** Values that are no Kubernetes objects. */
  others: number;
  problems: string[];
}

export const run: Run<typeof spec> = async (context, args) => {
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new Failure('snapshot verify requires exactly one argument', { exitCode: ExitCode.BadArgs });
  }
  const format = outputFormat(context);
  const plain = await plainFile(path);
  const report = await verifyFile(plain, plain === path ? undefined : path);
  const decoded = await decodeAll(plain);
  for (const problem of decoded.problems) await context.stderr.write(`${problem}\n`);
  if (format === 'simple') await context.stdout.write(summary(report, decoded));
  else await printReport(context, format, report, decoded);
  if (decoded.problems.length === 0) return;
  throw new Failure(`${path}: ${decoded.problems.length} values do not decode`);
};

async function decodeAll(path: string): Promise<Decoded> {
  const decoded: Decoded = { objects: 0, others: 0, problems: [] };
  const file = new EtcdFile(path);
  try {
    const index = file.indexOf(ALL_KEYS, file.revision);
    for (let i = 0; i < index.size; i++) {
      const { value } = file.record(index, i);
      if (!isStored(value)) decoded.others++;
      else
        await decodeStored(value, { key: index.key(i).toString() }).then(
          () => decoded.objects++,
          (error: Error) => decoded.problems.push(error.message),
        );
    }
    return decoded;
  } finally {
    file.close();
  }
}

function summary(report: FileReport, { objects, others, problems }: Decoded): string {
  const { pages, highWater, pageSize } = report;
  const compacted = report.compacted > 0n ? `compacted at ${report.compacted}` : 'never compacted';
  return [
    `hash       ${report.sha256 === 'ok' ? 'ok: SHA-256' : 'none: this is no saved snapshot'}`,
    `structure  ok: ${highWater} pages of ${pageSize} bytes, ${highWater - pages.used} of them free; ${pages.leaves} leaves, ${pages.depth} levels`,
    `history    ok: ${report.records} records, ${report.deletions} of them deletions; ${report.keys} keys; revision ${report.revision}, ${compacted}`,
    `values     ${problems.length === 0 ? 'ok' : `${problems.length} do not decode`}: ${objects} Kubernetes objects, ${others} other values`,
    '',
  ].join('\n');
}

async function printReport(
  context: CommandContext,
  format: ReturnType<typeof outputFormat>,
  report: FileReport,
  decoded: Decoded,
): Promise<void> {
  const facts: [name: string, value: number | bigint | string][] = [
    ['sha256', report.sha256],
    ['size', report.size],
    ['pageSize', report.pageSize],
    ['pages', report.highWater],
    ['freePages', report.highWater - report.pages.used],
    ['revision', report.revision],
    ['compactRevision', report.compacted],
    ['keys', report.keys],
    ['records', report.records],
    ['deletions', report.deletions],
    ['objects', decoded.objects],
    ['otherValues', decoded.others],
    ['undecodable', decoded.problems.length],
  ];
  await printFacts(
    context,
    format,
    facts.map(([name, value]) => ({ json: name, fields: name, head: spaced(name), value })),
  );
}

/** `freePages`: `free pages`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
