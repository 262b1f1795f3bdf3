import { int } from '../../base/flags/declare.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import { type Analysis, analyze } from '../auger/analysis.js';
import { analysisText } from '../auger/analyze.js';
import { withDatabase } from '../auger/database.js';
import type { CommandSpec, Run } from '../command.js';
import { databaseArg, FILE_FLAG } from './database-arg.js';

export const spec = {
  usage: 'analyze [options] <filename>',
  mostArgs: 1,
  description:
    'Shows which kinds of Kubernetes objects a snapshot or database file has most of, and which objects are the largest with all their versions. What is no object of Kubernetes is not counted.',
  examples: ['ketcdctl analyze backup.db', 'ketcdctl analyze backup.db --top 50 -w json'],
  complete: 'file',
  flags: { ...FILE_FLAG, top: int('rows of each list (0: all)', { default: '12' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const { path } = databaseArg(context, args, flags);
  const format = outputFormat(context);
  if (format === 'fields' || format === 'table' || format === 'protobuf') throw formatNotSupported(format);
  const top = Number(flags.top) || Number.MAX_SAFE_INTEGER;
  const analysis = await withDatabase(path, context, (file) => analyze(file, top));
  if (format === 'simple') {
    await context.stdout.write(analysisText(analysis));
    return;
  }
  const { writeReadable } = await import('../../output/readable.js');
  await context.stdout.write(writeReadable(format === 'yaml' ? 'yaml' : 'jsonl', analysisFields(analysis)));
};

function analysisFields({ objects, allBytes, currentBytes, types, largest }: Analysis): Fields {
  return new Map<string, Value>([
    ['objects', objects],
    ['bytesAllVersions', allBytes],
    ['bytes', currentBytes],
    [
      'types',
      types.map(
        ([type, count]) =>
          new Map<string, Value>([
            ['type', type],
            ['count', count],
          ]),
      ),
    ],
    ['largest', largest.map((object) => new Map<string, Value>(Object.entries(object)))],
  ]);
}
