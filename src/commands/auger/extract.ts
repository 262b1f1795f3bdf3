import type { FlagValues } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { withDatabase } from './database.js';
import type { ExtractOptions } from './extract-options.js';
import type { Around } from './program.js';
import { outputFormat } from './value.js';

/** `auger extract`. */
export async function runExtract(around: Around, _args: string[], flags: FlagValues): Promise<void> {
  const options: ExtractOptions = {
    file: flags.string('file'),
    key: flags.string('key'),
    prefix: flags.string('keys-by-prefix'),
    revision: flags.int('revision'),
    version: flags.string('version'),
    listVersions: flags.bool('list-versions'),
    fields: flags.string('fields'),
    template: flags.string('template'),
    filter: flags.string('filter'),
    output: outputOf(flags),
    raw: flags.bool('raw'),
    printKey: flags.bool('print-key'),
    metaSummary: flags.bool('meta-summary'),
    lists: flags.given('fields') || flags.string('template') !== '' || flags.string('filter') !== '',
    objects: undefined,
    encryptionConfig: around.env.ETCDCTL_ENCRYPTION_CONFIG || undefined,
  };
  refuseConflicts(options, flags.given('fields'));
  if (!flags.bool('leaf-item')) return extract(around, options);
  const { extractLeafItem } = await import('./leaf-item.js');
  around.io.stdout.write(await extractLeafItem(around, options));
}

/** Writes what is asked for of a file. */
export async function extract({ io }: Around, options: ExtractOptions): Promise<void> {
  await withDatabase(options.file, io, async (file) => {
    if (options.key !== '' && !options.lists) {
      const { extractKey } = await import('./extract-key.js');
      io.stdout.write(await extractKey(file, options));
      return;
    }
    const { listEntries } = await import('./listing.js');
    for await (const line of listEntries(file, options)) {
      const wait = io.stdout.write(line);
      if (wait) await wait;
    }
  });
}

function outputOf(flags: FlagValues): ExtractOptions['output'] {
  const name = flags.string('output');
  try {
    return outputFormat(name);
  } catch (error) {
    throw error instanceof Failure ? new Failure(`invalid --output ${name}: ${error.message}`) : error;
  }
}

/** @throws Failure in auger's words for options that do not go together */
export function refuseConflicts(options: ExtractOptions, fieldsGiven: boolean): void {
  const { key, prefix, version, listVersions, template } = options;
  const problem =
    key !== '' && prefix !== ''
      ? '--keys-by-prefix and --key may not be used together'
      : key === '' && version !== ''
        ? '--version may only be used with --key'
        : key === '' && listVersions
          ? '--list-versions may only be used with --key'
          : template !== '' && fieldsGiven
            ? '--template and --fields may not be used together'
            : undefined;
  if (problem) throw new Failure(problem);
}
