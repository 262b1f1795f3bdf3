import { ExitCode, Failure } from '../../base/errors.js';
import { int } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { type Child, countKeys, folderOf, listFolder } from '../../etcd/folder.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'tree [options] [folder]',
  description:
    'Shows the keys below a folder as a tree. A folder that is not opened is shown with the number of its keys.',
  examples: [
    'ketcdctl tree',
    'ketcdctl tree /registry',
    'ketcdctl tree -L 0 /registry/services # down to the last key',
  ],
  complete: 'key',
  flags: {
    level: int('how many levels of folders to open (0: all)', { short: 'L', default: '2' }),
    rev: int('the revision to read (0: the newest)', { default: '0' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (args.length > 1) throw new Failure('tree takes one folder', { exitCode: ExitCode.BadArgs });
  const format = outputFormat(context);
  if (format !== 'simple') throw formatNotSupported(format);
  const [path = ''] = args;
  const folder = folderOf(path);
  const client = await context.connect();
  // One revision for all requests, so that the tree is one that there was.
  const asked = String(flags.rev);
  const revision = asked === '0' ? await newestRevision(client) : asked;
  const levels = Number(flags.level) || Number.POSITIVE_INFINITY;
  const tree = new Tree(context, client, revision);
  if (!(await tree.print(folder, levels))) throw new Failure(`there is no key below ${path || '/'}`);
};

async function newestRevision(client: EtcdClient): Promise<string> {
  const { header } = await client.kv.range({ key: Buffer.from([0]), count_only: true });
  return header.revision;
}

class Tree {
  constructor(
    private readonly context: CommandContext,
    private readonly client: EtcdClient,
    private readonly revision: string,
  ) {}

  /** Gives whether there was anything. */
  async print(folder: Buffer, levels: number): Promise<boolean> {
    let empty = true;
    for await (const { child, last } of this.children(folder)) {
      if (empty) await this.line('', folder.length === 0 ? Buffer.from('.') : folder);
      empty = false;
      await this.child(folder, child, last, '', levels);
    }
    return !empty;
  }

  private async child(folder: Buffer, child: Child, last: boolean, indent: string, levels: number): Promise<void> {
    const name = child.key.subarray(folder.length);
    const branch = `${indent}${last ? '└── ' : '├── '}`;
    if (!child.folder || levels > 1) await this.line(branch, name);
    else await this.line(branch, name, `  (${await this.size(child.key)})`);
    if (!child.folder || levels <= 1) return;
    const inner = `${indent}${last ? '    ' : '│   '}`;
    for await (const below of this.children(child.key)) {
      await this.child(child.key, below.child, below.last, inner, levels - 1);
    }
  }

  private async size(folder: Buffer): Promise<string> {
    const count = await countKeys(this.client, folder, this.revision);
    return count === '1' ? '1 key' : `${count} keys`;
  }

  /** Each child, and whether it is the last one. */
  private async *children(folder: Buffer): AsyncGenerator<{ child: Child; last: boolean }> {
    let held: Child | undefined;
    for await (const child of listFolder(this.client, folder, this.revision)) {
      if (held) yield { child: held, last: false };
      held = child;
    }
    if (held) yield { child: held, last: true };
  }

  private async line(before: string, name: Buffer, after = ''): Promise<void> {
    await this.context.stdout.write(Buffer.concat([Buffer.from(before), name, Buffer.from(`${after}\n`)]));
  }
}
