import type { CommandSpec, Run } from '../command.js';
import { type Analysis, analyze } from './analysis.js';
import { withDatabase } from './database.js';
import { FILE_FLAG } from './flags.js';

export const spec = {
  usage: 'analyze',
  examples: [],
  flags: FILE_FLAG,
} satisfies CommandSpec;

/** Rows of each list. */
const TOP = 12;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  await withDatabase(flags.file, context, async (file) => {
    context.stdout.write(analysisText(await analyze(file, TOP)));
  });
};

/** The report, in auger's layout. */
export function analysisText({ objects, allBytes, currentBytes, types, largest }: Analysis): string {
  return [
    `Total kubernetes objects: ${objects}`,
    `Total (all revisions) storage used by kubernetes objects: ${allBytes}`,
    `Current (latest revision) storage used by kubernetes objects: ${currentBytes}`,
    '',
    'Most common kubernetes types:',
    ...types.map(([type, count]) => `\t${count}\t${type}`),
    '',
    'Largest objects (byte size sum of all revisions):',
    ...largest.map(({ key, type, bytes }) => `\t${bytes}\t${key} (${type})`),
    '',
  ].join('\n');
}
