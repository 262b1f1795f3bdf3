import type { Io } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import type { CommandSpec, Run } from '../command.js';
import { withDatabase } from './database.js';
import type { ExtractOptions } from './extract-options.js';
import { EXTRACT_FLAGS } from './flags.js';
import { outputFormat } from './value.js';

export const spec = {
  usage: 'extract',
  description: `
Extracts kubernetes data stored by etcd into boltdb '.db' files.

May be used both to inspect the contents of a botldb file and to
extract specific data entries. Data may be looked up either by etcd
key and version, or by bolt page and item coordinates.

Etcd must stopped when using this tool, or it will wait indefinitely
for the '.db' file lock.`,
  examples: `
        # Find an etcd value by it's key and extract it from a boltdb file:
        auger extract -f <boltdb-file> -k /registry/pods/default/<pod-name>

        # List the keys and size of all entries in etcd
        auger extract -f <boltdb-file> --fields=key,value-size

        # Extract a specific field from each kubernetes object
        auger extract -f <boltdb-file> --template="{{.Value.metadata.creationTimestamp}}"

        # Extract kubernetes objects using a filter
        auger extract -f <boltdb-file> --filter=".Value.metadata.namespace=kube-system"

        # Extract the etcd value stored in page 10, item 0 of a boltdb file:
        bolt page --item 0 --value-only <boltdb-file> 10 | auger extract --leaf-item

        # Extract the etcd key stored in page 10, item 0 of a boltdb file:
        bolt page --item 0 --value-only <boltdb-file> 10 | auger extract --leaf-item --print-key
`.split('\n'),
  flags: EXTRACT_FLAGS,
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
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
    encryptionConfig: context.env.ETCDCTL_ENCRYPTION_CONFIG || undefined,
  };
  refuseConflicts(options, flags.given('fields'));
  if (!flags.leafItem) return extract(context, options);
  const { extractLeafItem } = await import('./leaf-item.js');
  context.stdout.write(await extractLeafItem(context, options));
};

/** Writes what is asked for of a file. */
export async function extract(io: Io, options: ExtractOptions): Promise<void> {
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
