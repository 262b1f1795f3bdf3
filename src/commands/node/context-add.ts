import { isAbsolute, resolve } from 'node:path';
import { badArguments } from '../../base/errors.js';
import { type ClusterContext, readContexts, writeContexts } from '../../node/contexts.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { nameArgument } from './shared.js';

export const spec = {
  usage: 'context add <name> --endpoints … [--cacert … --cert … --key …] [--user …]',
  description:
    'Keeps what says where a cluster is, and who asks it, under a name: endpoints, the paths of certificates, the name of a user and the path of an EncryptionConfiguration. Passwords are not kept. A context of that name is replaced; the first one becomes the current one.',
  examples: [
    'ketcdctl context add prod --endpoints https://10.0.0.11:2379,https://10.0.0.12:2379 --cacert ca.crt --cert client.crt --key client.key',
    'ketcdctl context add backup --endpoints file:/var/backups/etcd/latest.db',
    'ketcdctl --context prod endpoint status',
  ],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const name = nameArgument(args);
  const kept = fromOptions(context);
  const all = readContexts(context.env);
  const isNew = all.contexts[name] === undefined;
  all.contexts[name] = kept;
  all.current ??= name;
  writeContexts(context.env, all);
  context.stdout.write(
    `Context ${name} ${isNew ? 'added' : 'replaced'}${all.current === name ? ': it is the current one' : ''}\n`,
  );
};

function fromOptions({ options }: CommandContext): ClusterContext {
  const { given, endpoints, cacert, cert, key, user, encryptionConfig, insecureSkipTlsVerify } = options;
  if (!given.has('endpoints'))
    throw badArguments('a context needs endpoints', 'give them by --endpoints or ETCDCTL_ENDPOINTS');
  const path = (file: string) => (isAbsolute(file) ? file : resolve(file));
  return {
    endpoints: endpoints.map((each) => (each.startsWith('file:') ? `file:${path(each.slice(5))}` : each)),
    ...(cacert && { cacert: path(cacert) }),
    ...(cert && { cert: path(cert) }),
    ...(key && { key: path(key) }),
    ...(user && { user: user.split(':', 1)[0]! }),
    ...(encryptionConfig && { encryptionConfig: path(encryptionConfig) }),
    ...(insecureSkipTlsVerify && { insecureSkipTlsVerify }),
  };
}
