import { atLeast, isDropIn } from '../../base/contract.js';
import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import { bool, string, uint } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { IncomingSnapshot } from '../../etcd/snapshot.js';
import { outputFormat } from '../../output/format.js';
import { RecordPrinter } from '../../output/records.js';
import { decimalBytes } from '../../output/size.js';
import { RpcError } from '../../rpc/error.js';
import { type Compression, compressionNamed } from '../../storage/snapshot/compressed.js';
import type { KeepRules } from '../../storage/snapshot/kept-snapshots.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { type Progress, saveProgress } from './save-progress.js';
import { type Saved, saveToFile, saveToFolder, saveToOutput } from './save-target.js';

export const spec = {
  usage: 'snapshot save <filename> | - | --keep N [--keep-daily N] [--keep-weekly N] <directory>',
  description: `Writes the database of one member to a file, as it is at this moment; of several endpoints it takes the healthy member with the newest revision, and says which. The data is checked against the SHA-256 that it ends with, and the file appears only when it is whole.

In place of a file, - writes to standard output, and --keep gives the file a name of its own in a directory and removes older ones: only files that it named itself, and only after the new one is there.`,
  examples: [
    'ketcdctl --endpoints https://10.0.0.1:2379 snapshot save backup.db',
    'ketcdctl snapshot save --compress gzip backup.db.gz # read back everywhere as it is',
    'ketcdctl snapshot save --keep 14 --compress gzip /var/backups/etcd # from a timer',
    'ketcdctl snapshot save --quiet --keep 4 --keep-daily 7 --keep-weekly 4 /var/backups/etcd # from cron, which mails what is written',
    'ketcdctl snapshot save - | ssh backup@store "cat > etcd.db"',
  ],
  complete: 'file',
  flags: {
    compress: string('compress the snapshot: gzip or zstd', { value: 'METHOD', choices: ['gzip', 'zstd'], own: true }),
    keep: uint('name the file by time and revision, and keep the newest N in the directory', { value: 'N', own: true }),
    keepDaily: uint('keep the last of each of N days, too', { value: 'N', own: true }),
    keepWeekly: uint('keep the last of each of N weeks, too', { value: 'N', own: true }),
    quiet: bool('write nothing when all is well', { short: 'q', own: true }),
  },
  noTimeout: 'unless-given',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (context.mode.tool === 'etcdutl') {
    await context.stderr.write('Command "save" is deprecated, Use `etcdctl snapshot save` to download snapshot\n');
    throw new Failure('In order to download snapshot use: `etcdctl snapshot save ...`', { exitCode: ExitCode.BadArgs });
  }
  const [path] = args;
  if (path === undefined || args.length > 1) {
    const what = atLeast(context.mode, '3.6') ? 'one argument <filename>' : 'one argument';
    throw new Failure(`snapshot save expects ${what}`, { exitCode: ExitCode.BadArgs });
  }
  const target = targetOf(context, path, flags);
  const format = isDropIn(context.mode) ? 'simple' : outputFormat(context);
  const printer = new RecordPrinter(context, format);
  const client = await oneMember(context, flags.quiet);
  const progress = flags.quiet ? undefined : await saveProgress(context, path);
  try {
    const saved = await save(context, client, target, progress);
    progress?.stop();
    if (!flags.quiet) await tell(context, printer, target, saved);
  } catch (error) {
    progress?.stop();
    throw asEtcdctl(context, error);
  }
};

/** etcdctl has one exit code for all that goes wrong here, and since 3.6 does not put the server's status into words of its own. */
function asEtcdctl({ mode }: CommandContext, error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  if (isDropIn(mode) || error.exitCode !== ExitCode.BadConnection) error.exitCode = ExitCode.Interrupted;
  const bare =
    isDropIn(mode) && atLeast(mode, '3.6') && error instanceof RpcError && /^etcdserver: /.test(error.details);
  return bare ? new Failure(error.statusText, { exitCode: ExitCode.Interrupted }) : error;
}

/** Where the snapshot goes. */
interface Target {
  path: string;
  toOutput: boolean;
  /** What to keep in the directory `path`; undefined: `path` is a file. */
  keep: KeepRules | undefined;
  compression: Compression | undefined;
}

function targetOf(context: CommandContext, path: string, flags: Flags<typeof spec>): Target {
  const toOutput = path === '-' && !isDropIn(context.mode);
  const compression = flags.given('compress') ? compressionNamed(flags.compress) : undefined;
  const keep = keepRules(flags);
  if (keep !== undefined && toOutput) {
    throw badArguments('--keep takes a number from 1 on, and a directory as the argument');
  }
  if (toOutput && context.stdout.isTTY) {
    throw badArguments('standard output is a terminal', 'name a file, or send the snapshot on to another program');
  }
  return { path, toOutput, keep, compression };
}

function keepRules(flags: Flags<typeof spec>): KeepRules | undefined {
  if (!KEEP_FLAGS.some((name) => flags.given(name))) return undefined;
  if (KEEP_FLAGS.some((name) => flags.given(name) && flags[name] < 1n)) {
    throw badArguments('--keep takes a number from 1 on, and a directory as the argument');
  }
  const [newest, daily, weekly] = KEEP_FLAGS.map((name) => Number(flags[name]));
  return { newest: newest!, daily: daily!, weekly: weekly! };
}

const KEEP_FLAGS = ['keep', 'keepDaily', 'keepWeekly'] as const;

/** The one that was named; of several, in own mode, that which has most. */
async function oneMember(context: CommandContext, quiet: boolean): Promise<EtcdClient> {
  const client = await context.connect();
  const endpoints = await client.callable.resolveEndpoints();
  if (endpoints.length === 1) return client;
  if (isDropIn(context.mode)) {
    throw new Failure(`snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]`, {
      exitCode: ExitCode.Interrupted,
      hint: 'name one member with --endpoints',
    });
  }
  const { newestMember } = await import('../../etcd/newest-member.js');
  const { endpoint, revision, passedOver } = await newestMember(client, endpoints);
  for (const { endpoint, problem } of passedOver) await context.stderr.write(`Passed over ${endpoint}: ${problem}\n`);
  if (!quiet) await context.stderr.write(`Taken from ${endpoint}, which is at revision ${revision}\n`);
  return client.at(endpoint);
}

function save(
  context: CommandContext,
  client: EtcdClient,
  { path, toOutput, keep, compression }: Target,
  progress: Progress | undefined,
): Promise<Saved> {
  const { commandTimeout, given } = context.options;
  const timeoutMs = given.has('commandTimeout') && commandTimeout !== 0 ? commandTimeout : null;
  const snapshot = new IncomingSnapshot(client, { timeoutMs, progress: progress?.update });
  if (toOutput) return saveToOutput(snapshot, context.stdout, compression);
  if (keep !== undefined) return saveToFolder(snapshot, path, keep, compression);
  return saveToFile(snapshot, path, compression);
}

async function tell(
  context: CommandContext,
  printer: RecordPrinter,
  { toOutput, compression }: Target,
  saved: Saved,
): Promise<void> {
  const { path, size, version, removed, later } = saved;
  const text = `Snapshot saved at ${path}\n${version && atLeast(context.mode, '3.6') ? `Server version ${version}\n` : ''}`;
  if (toOutput) await context.stderr.write(text);
  else {
    await printer.print({ path, size, version, removed: removed.length }, text);
    await printer.end(true);
  }
  if (compression) await context.stderr.write(`Compressed from ${decimalBytes(size)}\n`);
  for (const name of removed) await context.stderr.write(`Removed ${name}\n`);
  for (const name of later)
    await context.stderr.write(`${name} is of a later time than now: it is not counted, and stays\n`);
}
