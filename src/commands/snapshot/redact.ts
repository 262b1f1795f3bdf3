import { existsSync } from 'node:fs';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { NameMap, type Redacted, Redactor, resourceInKey } from '../../k8s-decode/redact/index.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { decimalBytes } from '../../output/size.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import { rewriteFile } from '../../storage/snapshot/rewrite.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'snapshot redact <filename> <new file> [options]',
  description:
    "Writes a snapshot that can be given away: as many bytes `x` stand in place of what is secret, in all revisions. Taken out are the data of Secrets, the values of environment variables, annotations with credentials, credentials in arguments and in custom resources (by the names of fields and by how they look), tokens and private keys wherever they are, values that are encrypted at rest or cannot be read, and etcd users' passwords (which become `redacted`). The new file has no free pages and no bytes of the old one's. It reads, restores and starts as the old one did. Fields of releases newer than this program, and secrets that nothing marks as such, stay: look at the report, and at the file, before you give it away.",
  examples: [
    'ketcdctl snapshot redact backup.db shared.db',
    'ketcdctl snapshot redact backup.db shared.db --configmaps --names --other # all that may tell whose cluster it is',
    'ketcdctl snapshot redact backup.db shared.db -w json | jq .touched',
  ],
  complete: 'file',
  flags: {
    configmaps: bool('also the values of ConfigMaps'),
    names: bool('hash the names of objects and namespaces, in keys and in values'),
    other: bool("also the values under keys that are not Kubernetes'"),
    keepEncrypted: bool('leave values that are encrypted at rest: whoever has the keys can read them'),
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

/** What was taken out of the values of a resource. */
interface Touched {
  what: Redacted;
  resource: string;
  /** Values of all revisions. */
  values: number;
  places: number;
  bytes: number;
}

/** bcrypt of the word `redacted`. */
const REDACTED_PASSWORD = Buffer.from('$2a$10$EBzrSazpjeK5PuNuAyl0COzfP0kVkCNme51DMXMEeqGJwwFaHG6bu');

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [path, target] = args;
  if (path === undefined || target === undefined || args.length > 2) {
    throw new Failure('snapshot redact requires two arguments: a snapshot, and the file to write', {
      exitCode: ExitCode.BadArgs,
    });
  }
  const format = reportFormat(context, flags);
  if (existsSync(target)) throw new Failure(`${target} exists`, { hint: 'name a file that is not there yet' });
  const tally = new Tally();
  const names = flags.names ? new NameMap() : undefined;
  const redactor = new Redactor({
    configMaps: flags.configmaps,
    keepEncrypted: flags.keepEncrypted,
    other: flags.other,
    names,
    tally,
  });
  const { before, after, records } = await rewriteFile(
    await plainFile(path),
    target,
    {
      seeKey: names && ((key) => names.addKey(key)),
      key: (key) => redactor.key(key),
      value: (key, value) => redactor.value(key, value),
      password: (hash) => tally.password(hash),
    },
    path,
  );
  const touched = tally.touched;
  const { kept, keptEncrypted } = tally;
  await writeReport(context, format, {
    heads: ['WHAT', 'RESOURCE', ' VALUES', ' PLACES', ' BYTES'],
    rows: touched.map(({ what, resource, values, places, bytes }) => [
      what,
      resource,
      String(values),
      String(places),
      decimalBytes(bytes),
    ]),
    name: 'touched',
    items: touched.map(factsOf),
    facts: factsOf({ source: path, target, before, after, records, kept, keptEncrypted, names: names?.size ?? 0 }),
  });
  await tell(context, tally, `Wrote ${target}: ${decimalBytes(after)}, of ${decimalBytes(before)} in ${path}\n`);
};

/** Counts what is taken out and what is left. */
class Tally {
  /** By resource, then by what was taken. */
  private readonly counts = new Map<string, Map<Redacted, Touched>>();
  private key = '';
  /** What was taken out of this value already: its places come one behind the other. */
  private readonly taken = new Map<Redacted, Touched>();
  /** Values that are not Kubernetes', and were left. */
  kept = 0;
  firstKept = '';
  keptEncrypted = 0;

  nextValue(key: string): void {
    this.key = key;
    this.taken.clear();
  }

  take(what: Redacted, bytes: number): void {
    let entry = this.taken.get(what);
    if (!entry) {
      entry = this.entry(what);
      entry.values++;
      this.taken.set(what, entry);
    }
    entry.places++;
    entry.bytes += bytes;
  }

  private entry(what: Redacted): Touched {
    const resource = resourceInKey(this.key);
    let entries = this.counts.get(resource);
    if (!entries) {
      entries = new Map();
      this.counts.set(resource, entries);
    }
    let entry = entries.get(what);
    if (!entry) {
      entry = { what, resource, values: 0, places: 0, bytes: 0 };
      entries.set(what, entry);
    }
    return entry;
  }

  keep(): void {
    if (this.kept === 0) this.firstKept = this.key;
    this.kept++;
  }

  keepEncrypted(): void {
    this.keptEncrypted++;
  }

  password(hash: Buffer): void {
    if (hash.length === 0) return;
    this.nextValue('(etcd users)');
    this.take('password hash', hash.length);
    if (hash.length === REDACTED_PASSWORD.length) REDACTED_PASSWORD.copy(hash);
    else hash.fill('x');
  }

  /** The most bytes first. */
  get touched(): Touched[] {
    return [...this.counts.values()].flatMap((entries) => [...entries.values()]).sort((a, b) => b.bytes - a.bytes);
  }
}

async function tell({ stdout, stderr }: CommandContext, tally: Tally, written: string): Promise<void> {
  await stdout.flush();
  await stderr.write(written);
  if (tally.kept > 0) {
    await stderr.write(
      `${tally.kept} values are not Kubernetes' and were left, ${JSON.stringify(tally.firstKept)} the first: --other takes them out\n`,
    );
  }
  if (tally.keptEncrypted > 0) {
    await stderr.write(
      `${tally.keptEncrypted} values are encrypted and were left: whoever has the keys can read them\n`,
    );
  }
}
