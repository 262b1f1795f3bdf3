import { ExitCode, Failure } from '../../base/errors.js';
import { readableBytes } from '../../output/bytes.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import { writeReadable } from '../../output/readable.js';
import { type KeyChange, keyChanges } from '../../storage/mvcc/key-changes.js';
import { ALL_KEYS, keysBelow } from '../../storage/mvcc/revision.js';
import { withCheckedFile } from '../../storage/snapshot/checked-file.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'snapshot diff <old file> <new file> [prefix]',
  description:
    'Shows which keys were added (+), removed (-) and changed (~) from one snapshot to another, by their values. The exit code is 1 when there is a difference.',
  examples: [
    'ketcdctl snapshot diff yesterday.db today.db',
    'ketcdctl snapshot diff yesterday.db today.db /registry/secrets/ -w jsonl',
  ],
  complete: 'file',
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const [before, after, prefix] = args;
  if (before === undefined || after === undefined || args.length > 3) {
    throw new Failure('snapshot diff requires two files, and takes a prefix', { exitCode: ExitCode.BadArgs });
  }
  const format = outputFormat(context);
  if (format === 'fields' || format === 'table' || format === 'protobuf') throw formatNotSupported(format);
  const range = prefix ? keysBelow(Buffer.from(prefix)) : ALL_KEYS;
  const differences = await withCheckedFile(before, (old) =>
    withCheckedFile(after, (now) => printChanges(context, format, keyChanges(old, now, range))),
  );
  return differences === 0 ? ExitCode.Ok : ExitCode.Error;
};

/** @returns how many there are */
async function printChanges(context: CommandContext, format: string, changes: Iterable<KeyChange>): Promise<number> {
  let count = 0;
  for (const change of changes) {
    const wait = context.stdout.write(
      format === 'simple' ? simpleText(change) : readableText(change, format, count === 0),
    );
    count++;
    if (wait) await wait;
  }
  return count;
}

function simpleText({ key, before, after }: KeyChange): Buffer {
  const sign = before === undefined ? '+' : after === undefined ? '-' : '~';
  const revisions = before !== undefined && after !== undefined ? ` (revision ${before} -> ${after})` : '';
  return Buffer.concat([Buffer.from(`${sign} `), key, Buffer.from(`${revisions}\n`)]);
}

function readableText({ key, before, after }: KeyChange, format: string, first: boolean): string {
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const fields = new Map([
    ['change', change],
    ['key', readableBytes(key)],
    ['oldRevision', before ?? null],
    ['newRevision', after ?? null],
  ]);
  if (format !== 'yaml') return writeReadable('jsonl', fields);
  return `${first ? '' : '---\n'}${writeReadable('yaml', fields)}`;
}
