import { type Analysis, analyze } from './analysis.js';
import { withDatabase } from './database.js';
import type { Around } from './program.js';

/** Rows of each list. */
const TOP = 12;

/** `auger analyze`. */
export async function runAnalyze({ io }: Around, _args: string[], flags: { file: string }): Promise<void> {
  await withDatabase(flags.file, io, async (file) => {
    io.stdout.write(analysisText(await analyze(file, TOP)));
  });
}

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
