import { atLeast, type CommandSpec, type Context, isDropIn, type Run } from '../cli/command.js';
import { ExitCode, Failure } from '../errors.js';
import { type SnapshotOptions, saveSnapshot } from '../etcd/snapshot.js';
import { decimalBytes } from '../output/bytes.js';

export const spec: CommandSpec = {
  usage: 'snapshot save <filename>',
  description:
    'Writes the database of one member to a file, as it is at this moment. The data is checked against the SHA-256 that it ends with, and the file appears only when it is whole.',
  examples: ['ketcdctl --endpoints https://10.0.0.1:2379 snapshot save backup.db'],
  complete: 'file',
  flags: [],
  noTimeout: 'unless-given',
};

export const run: Run = async (context, args) => {
  if (context.mode.tool === 'etcdutl') {
    await context.stderr.write('Command "save" is deprecated, Use `etcdctl snapshot save` to download snapshot\n');
    throw new Failure('In order to download snapshot use: `etcdctl snapshot save ...`', { exitCode: ExitCode.BadArgs });
  }
  const [path] = args;
  if (path === undefined || args.length > 1) {
    const what = atLeast(context.mode, '3.6') ? 'one argument <filename>' : 'one argument';
    throw new Failure(`snapshot save expects ${what}`, { exitCode: ExitCode.BadArgs });
  }
  const client = await context.connect();
  const endpoints = await client.callable.resolveEndpoints();
  if (endpoints.length !== 1) {
    throw new Failure(`snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]`, {
      exitCode: ExitCode.Interrupted,
      hint: 'name one member with --endpoints',
    });
  }
  const { commandTimeout, given } = context.options;
  const timeoutMs = given.has('command-timeout') && commandTimeout > 0 ? commandTimeout : null;
  const spinner = await progressSpinner(context, path);
  try {
    const { version } = await saveSnapshot(client, path, { timeoutMs, progress: spinner?.progress });
    spinner?.stop();
    await context.stdout.write(`Snapshot saved at ${path}\n`);
    if (version && atLeast(context.mode, '3.6')) await context.stdout.write(`Server version ${version}\n`);
  } catch (error) {
    spinner?.stop();
    // etcdctl has one exit code for all that goes wrong here.
    if (error instanceof Failure) error.exitCode = ExitCode.Interrupted;
    throw error;
  }
};

interface Spinner {
  progress: NonNullable<SnapshotOptions['progress']>;
  stop(): void;
}

/** Bytes and rate, on a terminal only. */
async function progressSpinner(context: Context, path: string): Promise<Spinner | undefined> {
  if (!context.stderr.isTTY || isDropIn(context.mode)) return undefined;
  const { default: ora } = await import('ora');
  const spinner = ora({ text: `saving ${path}`, stream: process.stderr }).start();
  const start = Date.now();
  return {
    progress(written, remaining) {
      const rate = decimalBytes(written / Math.max(0.001, (Date.now() - start) / 1000));
      const of = remaining > 0 ? ` of ${decimalBytes(written + remaining)}` : '';
      spinner.text = `saving ${path}: ${decimalBytes(written)}${of}, ${rate}/s`;
    },
    stop: () => spinner.stop(),
  };
}
