import chalk from 'chalk';
import { badArguments, ExitCode } from '../../base/errors.js';
import { bool, int, strings } from '../../base/flags/declare.js';
import { harmless, writeStyled } from '../../base/terminal.js';
import { connectionOptions } from '../../connection/options.js';
import {
  CertificateList,
  certificatesInObjects,
  certificatesOfMembers,
  endsWithin,
  type SeenCertificate,
  type Unseen,
} from '../../doctor/certificates.js';
import type { EtcdClient } from '../../etcd/client.js';
import { serializable } from '../../etcd/serializable.js';
import type { Value } from '../../k8s-decode/value.js';
import { daysLeft } from '../../node/certificate.js';
import { certificatesInFiles } from '../../node/certificate-files.js';
import { Columns } from '../../output/columns.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';

export const spec = {
  usage: 'certs [options]',
  mostArgs: 0,
  description:
    'Shows every certificate that can be seen, the one that ends first at the top: in files of this node (the folders of the usual installers, and kubeconfigs), shown by the members to clients and to one another, and stored in Secrets, ConfigMaps, signing requests, webhooks, API services and definitions. The same certificate in many places is one line. The exit code is 1 when one ends within --days or has ended, 2 when no etcd answered, else 0. Without a quorum it works too; keys are never read.',
  examples: [
    'ketcdctl certs',
    'ketcdctl certs --days 60 -o json',
    'ketcdctl certs --no-objects # files and handshakes alone',
    'ketcdctl --endpoints file:backup.db certs --no-files # what a snapshot holds',
  ],
  flags: {
    days: int('exit with 1 when one ends within so many days', { default: '30' }),
    folder: strings('look through these folders as well', { complete: 'directory', value: 'FOLDER' }),
    noFiles: bool('do not look through the files of this node'),
    noObjects: bool('do not read the stored objects'),
    all: bool('show all places of each certificate'),
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  if (flags.days < 0n) throw badArguments('--days is a number of days, which cannot be negative');
  const list = new CertificateList();
  const unseen: Unseen[] = [];
  if (!flags.noFiles) {
    const notes = { add: (at: string, problem: string) => void unseen.push({ at, problem }) };
    for (const { path, facts } of certificatesInFiles({ more: flags.folder, notes })) {
      list.add(facts, { in: 'file', at: path });
    }
  }
  const answered = await askEtcd(context, flags, list, unseen);
  const now = new Date();
  const seen = list.byEnd();
  const days = Number(flags.days);
  if (format === 'table') await writeTable(context, seen, { now, days, all: flags.all });
  else {
    await writeReport(context, format, {
      heads: [],
      rows: [],
      name: 'certificates',
      items: seen.map((each) => certificateFields(each, now)),
    });
  }
  if (format === 'table' && seen.length === 0) await context.stderr.write('No certificate was found.\n');
  for (const { at, problem } of unseen) await context.stderr.write(`not looked at: ${at}: ${problem}\n`);
  if (seen.some((each) => endsWithin(each, days, now))) return ExitCode.Error;
  return answered ? ExitCode.Ok : ExitCode.BadConnection;
};

/** @returns whether somebody answered */
async function askEtcd(
  context: CommandContext,
  flags: Flags<typeof spec>,
  list: CertificateList,
  unseen: Unseen[],
): Promise<boolean> {
  let client: EtcdClient;
  try {
    client = await context.connect();
    if (!client.callable.isFile) {
      const members = await certificatesOfMembers(client, connectionOptions(context), list);
      unseen.push(...members.unseen);
      if (members.nobody) return false;
    }
    if (!flags.noObjects) {
      unseen.push(...(await certificatesInObjects(serializable(client), await context.values(), list)));
    }
    return true;
  } catch (error) {
    unseen.push({ at: context.options.endpoints.join(', '), problem: (error as Error).message });
    return false;
  }
}

const HEADS = ['DAYS LEFT', 'UNTIL', 'SUBJECT', 'SEEN IN'];

async function writeTable(
  context: CommandContext,
  seen: readonly SeenCertificate[],
  { now, days, all }: { now: Date; days: number; all: boolean },
): Promise<void> {
  if (seen.length === 0) return;
  const columns = new Columns();
  columns.add(HEADS);
  const endings: number[] = [];
  for (const { facts, places } of seen) {
    const left = daysLeft(facts, now);
    const shown = all ? places : places.slice(0, 1);
    const more = places.length - shown.length;
    for (const [at, place] of shown.entries()) {
      const where = `${place.in === 'file' ? '' : `${place.in} `}${place.at}${more > 0 ? ` and ${more} more` : ''}`;
      columns.add(at === 0 ? [String(left), isoDay(facts.notAfter), nameOf(facts), where] : ['', '', '', where]);
      endings.push(left);
    }
  }
  const isTerminal = context.stdout.isTTY;
  const lines = [...columns.lines()].map((line, at) => {
    const left = endings[at - 1];
    if (!isTerminal || left === undefined) return line;
    const shown = String(harmless(line));
    return left < 0 ? chalk.red(shown) : left < days ? chalk.yellow(shown) : shown;
  });
  await writeStyled(context.stdout, lines.join(''));
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function nameOf({ subject, names, isCa }: SeenCertificate['facts']): string {
  return `${subject || names || '(no name)'}${isCa ? ' (CA)' : ''}`;
}

function certificateFields({ facts, places }: SeenCertificate, now: Date) {
  return factsOf({
    daysLeft: daysLeft(facts, now),
    subject: facts.subject,
    issuer: facts.issuer,
    names: facts.names === '' ? [] : facts.names.split(', '),
    notBefore: facts.notBefore.toISOString(),
    notAfter: facts.notAfter.toISOString(),
    isCa: facts.isCa,
    fingerprint: facts.fingerprint,
    places: places.map((place): Value => factsOf(place)),
  });
}
