import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { type Child, countKeys, folderOf, listFolder } from '../../etcd/folder.js';
import { readRange } from '../../etcd/range.js';
import type { Value } from '../../k8s-decode/value.js';
import { readableBytes } from '../../output/bytes.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import { writeReadable } from '../../output/readable.js';
import { prefixRange } from '../../rpc/keys.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';

export const spec = {
  usage: 'ls [options] [folder]',
  description: 'Lists what is in a folder of keys: its keys, and its folders with a slash behind them.',
  examples: [
    'ketcdctl ls /registry',
    'ketcdctl ls -l /registry',
    'ketcdctl --endpoints file:backup.db ls -r /registry/pods',
  ],
  complete: 'key',
  flags: {
    recursive: bool('list all keys in the folder and in those below it', { short: 'r' }),
    long: bool('show how many keys each folder has', { short: 'l' }),
    rev: int('the revision to read (0: the newest)', { default: '0' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (args.length > 1) throw new Failure('ls takes one folder', { exitCode: ExitCode.BadArgs });
  const [path = ''] = args;
  const show = lineWriter(context, flags.long);
  const client = await context.connect();
  let found = false;
  for await (const entry of entries(client, path, flags)) {
    found = true;
    await context.stdout.write(show(entry));
  }
  if (!found) throw new Failure(`there is no key ${path || 'in this cluster'}${path && ' and no key below it'}`);
};

interface Entry extends Child {
  /** How many keys a folder has, if that was asked for. */
  keys?: string;
}

/** A key that is no folder stands for itself, as in the old API. */
async function* entries(client: EtcdClient, path: string, flags: Flags<typeof spec>): AsyncGenerator<Entry> {
  const revision = String(flags.rev);
  const folder = folderOf(path);
  if (path !== '' && !path.endsWith('/')) {
    const { kvs } = await client.kv.range({ key: Buffer.from(path), keys_only: true, revision });
    for (const { key } of kvs) yield { key, folder: false };
  }
  if (flags.recursive) {
    for await (const page of readRange(client, { ...prefixRange(folder), keys_only: true, revision })) {
      for (const { key } of page.kvs) yield { key, folder: false };
    }
    return;
  }
  for await (const child of listFolder(client, folder, revision)) {
    const counts = child.folder && flags.long;
    yield counts ? { ...child, keys: await countKeys(client, child.key, revision) } : child;
  }
}

/** @throws Failure for a format that the command does not have */
function lineWriter(context: CommandContext, long: boolean): (entry: Entry) => string | Buffer {
  const format = outputFormat(context);
  if (format === 'yaml' || format === 'jsonl') {
    return ({ key, folder, keys }) => {
      const fields = new Map<string, Value>([
        ['key', readableBytes(key)],
        ['folder', folder],
      ]);
      if (keys !== undefined) fields.set('keys', Number(keys));
      const text = writeReadable(format, fields);
      return format === 'yaml' ? `---\n${text}` : text;
    };
  }
  if (format !== 'simple') throw formatNotSupported(format);
  return ({ key, keys }) => {
    const count = long ? `${(keys ?? '-').padStart(9)}  ` : '';
    return Buffer.concat([Buffer.from(count), key, Buffer.from('\n')]);
  };
}
