import { Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import { readV2Store } from '../../storage/raft/v2-store.js';
import type { CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'check v2store [options]',
  description:
    'Looks for keys of API v2 in the snap files and the log of a data directory: 3.6 does not start with them. `upgrade check` looks for more.',
  examples: ['ketcdctl check v2store --data-dir /var/lib/etcd'],
  flags: {
    dataDir: string('a data directory that no etcd uses', {
      value: 'DIR',
      complete: 'directory',
      required: true,
      etcdutl: '3.5-3.5',
    }),
    walDir: string('where its log is, if elsewhere', { value: 'DIR', complete: 'directory', etcdutl: '3.5-3.5' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const { keys } = readV2Store(flags.dataDir, flags.walDir || undefined);
  if (keys.inSnapshot > 0) throw new Failure('detected custom content in v2store');
  if (keys.inLog > 0) throw new Failure('detected custom v2 content in WAL records');
  context.stdout.write('No custom content found in both v2store and WAL records.\n');
};
