import { ExitCode, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { formatNotSupported } from '../../output/format.js';
import { extract, refuseConflicts } from '../auger/extract.js';
import type { ExtractOptions } from '../auger/extract-options.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { databaseArg, FILE_FLAG, REVISION_FLAG } from './database-arg.js';

export const spec = {
  usage: 'extract [options] <filename> [key]',
  mostArgs: 2,
  description:
    "Takes Kubernetes objects out of a snapshot or database file: the object of one key, one of its older versions, or a line for each key: with --fields, with a template (Go's text/template over .Key .Version .Value .ValueJson .TypeMeta .Stats), or the objects themselves (-w yaml, json, jsonl). --filter takes `FIELD=VALUE,…` with the fields of templates.",
  examples: [
    'ketcdctl extract backup.db /registry/pods/default/web-0',
    'ketcdctl extract backup.db /registry/pods/default/web-0 --list-versions',
    'ketcdctl extract backup.db --keys-by-prefix /registry/pods/ --fields key,value-size',
    "ketcdctl extract backup.db --template '{{.Key}} {{.Value.metadata.creationTimestamp}}' --filter .Value.kind=Pod",
    'ketcdctl extract backup.db --filter .Value.metadata.namespace=shop -w jsonl',
  ],
  complete: 'file',
  flags: {
    ...FILE_FLAG,
    key: string('the key, in place of the argument', { short: 'k', value: 'KEY' }),
    version: string('version of the key (the newest that has this number)', { short: 'v', value: 'N' }),
    listVersions: bool('list the versions of the key that are there (0: a deletion)'),
    ...REVISION_FLAG,
    keysByPrefix: string('only the keys with this prefix', { value: 'PREFIX' }),
    fields: string('what to list of each key: key, value-size, all-versions-value-size, version-count, value', {
      value: 'LIST',
      default: 'key',
    }),
    template: string('Go template to list each key with', { value: 'TEMPLATE' }),
    filter: string('only what fits: FIELD=VALUE,…', { value: 'RULES' }),
    raw: bool('the stored bytes of the value'),
    printKey: bool('the key in place of the value'),
    metaSummary: bool('the numbers of the key in place of the value'),
    leafItem: bool('read one record, as `bolt page` prints it, in place of a database'),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const isLeaf = flags.leafItem;
  const { path, rest } = isLeaf ? { path: flags.file, rest: args } : databaseArg(context, args, flags);
  const [argument = '', ...more] = rest;
  if (more.length > 0 || (argument !== '' && flags.given('key'))) {
    throw new Failure('extract takes a file and one key', { exitCode: ExitCode.BadArgs });
  }
  if (flags.raw && context.stdout.isTTY) {
    throw new Failure('stored values are bytes, which a terminal cannot show', {
      hint: 'send them to a file or a command',
    });
  }
  const { writeOut, given, encryptionConfig } = context.options;
  const objects = objectFormat(context);
  const options: ExtractOptions = {
    file: path,
    key: argument || flags.key,
    prefix: flags.keysByPrefix,
    revision: flags.rev,
    version: flags.version,
    listVersions: flags.listVersions,
    fields: flags.fields,
    template: flags.template,
    filter: flags.filter,
    output: writeOut === 'json' || writeOut === 'jsonl' ? 'json' : 'yaml',
    raw: flags.raw,
    printKey: flags.printKey,
    metaSummary: flags.metaSummary,
    lists: flags.given('fields') || flags.given('template') || flags.given('filter'),
    objects: given.has('writeOut') && !flags.given('fields') && !flags.given('template') ? objects : undefined,
    encryptionConfig: encryptionConfig || undefined,
  };
  refuseConflicts(options, flags.given('fields'));
  if (!isLeaf) return extract(context, options);
  const { extractLeafItem } = await import('../auger/leaf-item.js');
  context.stdout.write(await extractLeafItem(context, options));
};

function objectFormat({ options }: CommandContext): 'yaml' | 'json' | 'jsonl' | undefined {
  const { writeOut } = options;
  if (writeOut === 'simple') return undefined;
  if (writeOut === 'yaml' || writeOut === 'json' || writeOut === 'jsonl') return writeOut;
  throw formatNotSupported(writeOut, 'extract has -w yaml, json and jsonl');
}
