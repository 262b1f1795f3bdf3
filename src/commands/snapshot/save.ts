import { atLeast, isDropIn } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { string, uint } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { IncomingSnapshot } from '../../etcd/snapshot.js';
import { outputFormat } from '../../output/format.js';
import { RecordPrinter } from '../../output/records.js';
import { decimalBytes } from '../../output/size.js';
import { RpcError } from '../../rpc/error.js';
import { type Compression, compressionNamed } from '../../storage/snapshot/compressed.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { type Progress, saveProgress } from './save-progress.js';
import { type Saved, saveToFile, saveToFolder, saveToOutput } from './save-target.js';

export const spec = {
  usage: 'snapshot save <filename> | - | --keep N <directory>',
  description: `Writes the database of one member to a file, as it is at this moment. The data is checked against the SHA-256 that it ends with, and the file appears only when it is whole.

In place of a file, - writes to standard output, and --keep gives the file a name of its own in a directory and removes older ones: only files that it named itself, and only after the new one is there.`,
  examples: [
    'ketcdctl --endpoints https://10.0.0.1:2379 snapshot save backup.db',
    'ketcdctl snapshot save --compress gzip backup.db.gz # read back everywhere as it is',
    'ketcdctl snapshot save --keep 14 --compress gzip /var/backups/etcd # from a timer',
    'ketcdctl snapshot save - | ssh backup@store "cat > etcd.db"',
  ],
  complete: 'file',
  flags: {
    compress: string('compress the snapshot: gzip or zstd', { value: 'METHOD', choices: ['gzip', 'zstd'], own: true }),
    keep: uint('name the file by time and revision, and keep the newest N in the directory', { value: 'N', own: true }),
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
  const client = await oneMember(context);
  const progress = await saveProgress(context, path);
  try {
    const saved = await save(context, client, target, progress);
    progress?.stop();
    await tell(context, printer, target, saved);
  } catch (error) {
    progress?.stop();
    throw asEtcdctl(context, error);
  }
};

/** etcdctl has one exit code for all that goes wrong here, and since 3.6 does not put the server's status into words of its own. */
function asEtcdctl({ mode }: CommandContext, error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  error.exitCode = ExitCode.Interrupted;
  const bare =
    isDropIn(mode) && atLeast(mode, '3.6') && error instanceof RpcError && /^etcdserver: /.test(error.details);
  return bare ? new Failure(error.statusText, { exitCode: ExitCode.Interrupted }) : error;
}

/** Where the snapshot goes. */
interface Target {
  path: string;
  toOutput: boolean;
  /** How many to keep in the directory `path`; undefined: `path` is a file. */
  keep: number | undefined;
  compression: Compression | undefined;
}

function targetOf(context: CommandContext, path: string, flags: Flags<typeof spec>): Target {
  const toOutput = path === '-' && !isDropIn(context.mode);
  const compression = flags.given('compress') ? compressionNamed(flags.compress) : undefined;
  if (!flags.given('keep')) {
    if (toOutput && context.stdout.isTTY) {
      throw new Failure('standard output is a terminal', {
        exitCode: ExitCode.BadArgs,
        hint: 'name a file, or send the snapshot on to another program',
      });
    }
    return { path, toOutput, keep: undefined, compression };
  }
  const keep = Number(flags.keep);
  if (keep < 1 || toOutput) {
    throw new Failure('--keep takes a number from 1 on, and a directory as the argument', {
      exitCode: ExitCode.BadArgs,
    });
  }
  return { path, toOutput, keep, compression };
}

async function oneMember(context: CommandContext): Promise<EtcdClient> {
  const client = await context.connect();
  const endpoints = await client.callable.resolveEndpoints();
  if (endpoints.length === 1) return client;
  throw new Failure(`snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]`, {
    exitCode: ExitCode.Interrupted,
    hint: 'name one member with --endpoints',
  });
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
