import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int } from '../../base/flags/declare.js';
import type { Fields } from '../../k8s-decode/value.js';
import { readableBytes } from '../../output/bytes.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import { writeReadable } from '../../output/readable.js';
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import type { KeyIndex } from '../../storage/mvcc/key-index.js';
import { ALL_KEYS, keysBelow } from '../../storage/mvcc/revision.js';
import { withCheckedFile } from '../../storage/snapshot/checked-file.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'snapshot ls <filename> [prefix] [options]',
  description:
    'Lists the keys of a snapshot, a line each; with --long their revision, version and size of value in front.',
  examples: ['ketcdctl snapshot ls backup.db /registry/pods/', 'ketcdctl snapshot ls backup.db --long --rev 4711'],
  complete: 'file',
  flags: {
    rev: int('revision to look at (0: the newest)', { default: '0' }),
    long: bool('show mod revision, version and bytes of the value too', { short: 'l' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [path, prefix] = args;
  if (path === undefined || args.length > 2) {
    throw new Failure('snapshot ls requires a file, and takes a prefix', { exitCode: ExitCode.BadArgs });
  }
  const format = outputFormat(context);
  if (format === 'fields' || format === 'table' || format === 'protobuf') throw formatNotSupported(format);
  await withCheckedFile(path, async (file) => {
    const range = prefix ? keysBelow(Buffer.from(prefix)) : ALL_KEYS;
    const index = file.indexOf(range, file.pin(flags.rev));
    const line = format === 'simple' ? simpleLine(file, index, flags.long) : readableLine(file, index, format);
    await printAll(context, index.size, line);
  });
};

async function printAll(
  context: CommandContext,
  count: number,
  line: (position: number) => string | Buffer,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const wait = context.stdout.write(line(i));
    if (wait) await wait;
  }
}

const NEWLINE = Buffer.from('\n');

function simpleLine(file: EtcdFile, index: KeyIndex, long: boolean): (position: number) => Buffer {
  return (position) => {
    const key = index.key(position);
    if (!long) return Buffer.concat([key, NEWLINE]);
    const { mod, version, size } = facts(file, index, position);
    return Buffer.concat([
      Buffer.from(`${`${mod}`.padStart(10)} ${`${version}`.padStart(6)} ${`${size}`.padStart(8)} `),
      key,
      NEWLINE,
    ]);
  };
}

/** A line of JSON or a YAML document. */
function readableLine(file: EtcdFile, index: KeyIndex, format: string): (position: number) => string {
  return (position) => {
    const { mod, version, size } = facts(file, index, position);
    const fields: Fields = new Map([
      ['key', readableBytes(index.key(position))],
      ['modRevision', mod],
      ['version', version],
      ['size', size],
    ]);
    if (format !== 'yaml') return writeReadable('jsonl', fields);
    return `${position > 0 ? '---\n' : ''}${writeReadable('yaml', fields)}`;
  };
}

function facts(file: EtcdFile, index: KeyIndex, position: number): { mod: bigint; version: bigint; size: number } {
  const { mod_revision, version, valueStart, valueEnd } = file.record(index, position);
  return { mod: BigInt(mod_revision), version: BigInt(version), size: valueEnd - valueStart };
}
