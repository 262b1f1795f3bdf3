import { type GlobalOptions, isDropIn } from '../base/contract.js';
import { ExitCode, Failure } from '../base/errors.js';
import type { CommandContext, Program } from '../commands/command.js';
import { type ConnectionOptions, connectionOptions } from '../connection/options.js';
import type { EtcdClient } from '../etcd/client.js';
import type { StoredValues } from '../k8s/values.js';
import type { Surroundings } from './surroundings.js';

/** The context of one run, and what main does with it at the end. */
export interface RunContext extends CommandContext {
  close(): Promise<void>;
}

/** Opens a client; by default over connections to the endpoints, or over a file. */
export type OpenClient = (options: ConnectionOptions) => Promise<EtcdClient>;

/** @param options called once, when the options are first asked for */
export function makeContext(
  program: Program,
  { mode, io, env }: Surroundings,
  options: () => GlobalOptions,
  openClient: OpenClient = openEndpoints,
): RunContext {
  let resolved: GlobalOptions | undefined;
  let client: Promise<EtcdClient> | undefined;
  let values: Promise<StoredValues> | undefined;
  let reader: StoredValues | undefined;
  const context: RunContext = {
    program,
    mode,
    env,
    stdout: io.stdout,
    stderr: io.stderr,
    ...(io.stdinFd !== undefined && { stdinFd: io.stdinFd }),
    ...(io.outlivesInterrupt && { outlivesInterrupt: true }),
    get stdin() {
      return io.stdin;
    },
    get options() {
      resolved ??= options();
      return resolved;
    },
    connect() {
      client ??= open(context, openClient);
      return client;
    },
    values() {
      values ??= openValues(context).then((opened) => {
        reader = opened;
        return opened;
      });
      return values;
    },
    get undecodable() {
      return reader?.undecodable ?? 0;
    },
    async usageOf(path) {
      const { helpPage } = await import('./help-page.js');
      const entry = program.commands.find((each) => each.path === path);
      return helpPage(program, entry, io.stderr);
    },
    async askPassword(prompt) {
      const { askPassword } = await import('../base/password.js');
      return askPassword(prompt, mode, io);
    },
    async close() {
      const opened = await client?.catch(() => undefined);
      opened?.close();
    },
  };
  return context;
}

async function openValues({ options, stderr }: CommandContext): Promise<StoredValues> {
  const { StoredValues } = await import('../k8s/values.js');
  return new StoredValues({
    encryptionConfig: options.encryptionConfig,
    isOwnNode: async () => (await import('../node/own-endpoints.js')).areOwnEndpoints(options.endpoints),
    tell: (text) => void stderr.write(text),
    trace: options.debug ? (line) => void stderr.write(`${line}\n`) : undefined,
  });
}

/** @throws Failure where a file that is there was given without `file:` */
async function refuseBareFile({ mode }: CommandContext, endpoints: readonly string[]): Promise<void> {
  const paths = endpoints.filter((endpoint) => /[/.]/.test(endpoint) && !/^[a-z]+:|:\d+$/i.test(endpoint));
  if (isDropIn(mode) || paths.length === 0) return;
  const { statSync } = await import('node:fs');
  const found = paths.find((path) => statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return;
  throw new Failure(`${found} is a file, and no endpoint`, {
    exitCode: ExitCode.BadArgs,
    hint: `to read it in place of a server: --endpoints file:${found}`,
  });
}

async function open(context: CommandContext, openClient: OpenClient): Promise<EtcdClient> {
  const options = connectionOptions(context);
  await refuseBareFile(context, options.endpoints);
  // What the command reads from standard input comes after the password.
  if (typeof options.password === 'function' && options.user && !options.jwtToken) {
    options.password = await options.password();
  }
  const client = await openClient(options);
  if (!context.options.serializable) return client;
  const { serializable } = await import('../etcd/serializable.js');
  return serializable(client);
}

async function openEndpoints(options: ConnectionOptions): Promise<EtcdClient> {
  const { openClient } = await import('../etcd/client.js');
  return openClient(options);
}
