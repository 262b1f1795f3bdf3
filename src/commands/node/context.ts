/** Contexts: named clusters. */

import { isAbsolute, resolve } from 'node:path';
import { badArguments, Failure } from '../../base/errors.js';
import { type ClusterContext, contextNamed, readContexts } from '../../node/contexts.js';
import { writeContexts } from '../../node/write-contexts.js';
import { writeReadable } from '../../output/readable.js';
import { factsOf, OUTPUT_FLAG, reportFormat, writeReport } from '../../output/report.js';
import { type CommandContext, command } from '../command.js';

export const add = command(
  {
    usage: 'context add <name> --endpoints … [--cacert … --cert … --key …] [--user …]',
    description:
      'Keeps what says where a cluster is, and who asks it, under a name: endpoints, the paths of certificates, the name of a user and the path of an EncryptionConfiguration. Passwords are not kept. A context of that name is replaced; the first one becomes the current one.',
    examples: [
      'ketcdctl context add prod --endpoints https://10.0.0.11:2379,https://10.0.0.12:2379 --cacert ca.crt --cert client.crt --key client.key',
      'ketcdctl context add backup --endpoints file:/var/backups/etcd/latest.db',
      'ketcdctl --context prod endpoint status',
    ],
    flags: {},
  },
  async (context, args) => {
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
  },
);

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

export const use = command(
  {
    usage: 'context use <name>',
    complete: 'context',
    description:
      'Makes a context the current one: it is used where neither --endpoints nor --context (or their variables) are given.',
    examples: ['ketcdctl context use prod'],
    flags: {},
  },
  async (context, args) => {
    const { name } = contextNamed(context.env, nameArgument(args))!;
    writeContexts(context.env, { ...readContexts(context.env), current: name });
    context.stdout.write(`Context ${name} is the current one\n`);
  },
);

export const list = command(
  {
    usage: 'context list [options]',
    examples: ['ketcdctl context list', 'ketcdctl context list -o yaml'],
    flags: { ...OUTPUT_FLAG },
  },
  async (context, _args, flags) => {
    const format = reportFormat(context, flags);
    const { current, contexts } = readContexts(context.env);
    const names = Object.keys(contexts).sort();
    if (names.length === 0) context.stderr.write('There are no contexts: ketcdctl context add makes one.\n');
    await writeReport(context, format, {
      heads: ['CURRENT', 'NAME', 'ENDPOINTS', 'CERTIFICATE'],
      rows: names.map((name) => {
        const { endpoints = [], cert = '' } = contexts[name]!;
        return [name === current ? '*' : '', name, endpoints.join(','), cert];
      }),
      name: 'contexts',
      items: names.map((name) => factsOf({ name, current: name === current, ...contexts[name]! })),
    });
  },
);

export const show = command(
  {
    usage: 'context show [name]',
    complete: 'context',
    description: 'Shows a context as YAML: the named one, or the one that is current.',
    examples: ['ketcdctl context show', 'ketcdctl context show prod'],
    flags: {},
  },
  async (context, args) => {
    const wanted = args.length === 0 ? (context.env.KETCDCTL_CONTEXT ?? '') : nameArgument(args);
    const found = contextNamed(context.env, wanted);
    if (found === undefined) {
      throw new Failure('no context is the current one', { hint: 'ketcdctl context use makes one the current one' });
    }
    await context.stdout.write(writeReadable('yaml', factsOf({ name: found.name, ...found.context })));
  },
);

export const remove = command(
  {
    usage: 'context remove <name>',
    complete: 'context',
    examples: ['ketcdctl context remove prod'],
    flags: {},
  },
  async (context, args) => {
    const { name } = contextNamed(context.env, nameArgument(args))!;
    const { current, contexts } = readContexts(context.env);
    delete contexts[name];
    writeContexts(context.env, { ...(current !== undefined && current !== name && { current }), contexts });
    context.stdout.write(`Context ${name} removed\n`);
  },
);

/** The one argument of a command about a context. Names stand in file lists and prompts: no blanks, no control characters. */
function nameArgument(args: readonly string[]): string {
  const [name, more] = args;
  if (name === undefined || more !== undefined) throw badArguments('one name of a context is needed');
  if (!/^[\w.@-]+$/.test(name)) {
    throw badArguments(
      `${JSON.stringify(name)} can't be the name of a context`,
      'letters, digits and . _ - @ make one',
    );
  }
  return name;
}
