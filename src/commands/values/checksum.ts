import { outputFormat } from '../../output/format.js';
import { checksumOf } from '../auger/checksum.js';
import { withDatabase } from '../auger/database.js';
import type { CommandSpec, Run } from '../command.js';
import { printFacts } from '../snapshot/file-facts.js';
import { databaseArg, FILE_FLAG, REVISION_FLAG } from './database-arg.js';

export const spec = {
  usage: 'checksum [options] <filename>',
  mostArgs: 1,
  description:
    'Shows a checksum over the keys that exist in a snapshot or database file and their values, the revision of the last compaction, and the last write that it covers. Two files that hold the same have the same, whatever their history.',
  examples: ['ketcdctl checksum backup.db', 'ketcdctl checksum backup.db --rev 4711 -w json'],
  complete: 'file',
  flags: { ...FILE_FLAG, ...REVISION_FLAG },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const { path } = databaseArg(context, args, flags);
  const format = outputFormat(context);
  const { hash, compacted, revision } = await withDatabase(path, context, async (file) => checksumOf(file, flags.rev));
  if (format === 'simple') {
    await context.stdout.write(`checksum: ${hash}\ncompact-revision: ${compacted}\nrevision: ${revision}\n`);
    return;
  }
  await printFacts(context, format, [
    { json: 'checksum', fields: 'Checksum', head: 'checksum', value: hash },
    { json: 'compactRevision', fields: 'CompactRevision', head: 'compact revision', value: compacted },
    { json: 'revision', fields: 'Revision', head: 'revision', value: revision },
  ]);
};
