import { Failure } from '../../base/errors.js';
import type { FlagsOf } from '../../base/flags/declare.js';
import { withDatabase } from './database.js';
import type { ExtractOptions } from './extract-options.js';
import type { EXTRACT_FLAGS } from './flags.js';
import type { Around } from './program.js';
import { outputFormat } from './value.js';

/** `auger extract`. */
export async function runExtract(around: Around, _args: string[], flags: FlagsOf<typeof EXTRACT_FLAGS>): Promise<void> {
  const options: ExtractOptions = {
    file: flags.file,
    key: flags.key,
    prefix: flags.keysByPrefix,
    revision: flags.revision,
    version: flags.version,
    listVersions: flags.listVersions,
    fields: flags.fields,
    template: flags.template,
    filter: flags.filter,
    output: outputOf(flags),
    raw: flags.raw,
    printKey: flags.printKey,
    metaSummary: flags.metaSummary,
    lists: flags.given('fields') || flags.template !== '' || flags.filter !== '',
    objects: undefined,
    encryptionConfig: around.env.ETCDCTL_ENCRYPTION_CONFIG || undefined,
  };
  refuseConflicts(options, flags.given('fields'));
  if (!flags.leafItem) return extract(around, options);
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

function outputOf(flags: { output: string }): ExtractOptions['output'] {
  const name = flags.output;
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
