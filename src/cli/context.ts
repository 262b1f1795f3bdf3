import { atLeast, type GlobalOptions, type Io, isDropIn, type Mode } from '../base/contract.js';
import type { CommandContext } from '../commands/command.js';
import type { ConnectionOptions } from '../connection/options.js';
import type { EtcdClient } from '../etcd/client.js';

/** The context of one run, and what main does with it at the end. */
export interface RunContext extends CommandContext {
  close(): Promise<void>;
}

/** @param options called once, when the options are first asked for */
export function makeContext(mode: Mode, io: Io, env: NodeJS.ProcessEnv, options: () => GlobalOptions): RunContext {
  let resolved: GlobalOptions | undefined;
  let client: Promise<EtcdClient> | undefined;
  const context: RunContext = {
    mode,
    env,
    stdout: io.stdout,
    stderr: io.stderr,
    ...(io.stdinFd !== undefined && { stdinFd: io.stdinFd }),
    get stdin() {
      return io.stdin;
    },
    get options() {
      resolved ??= options();
      return resolved;
    },
    connect() {
      client ??= open(context);
      return client;
    },
    async askPassword(prompt) {
      const { askPassword } = await import('./password.js');
      return askPassword(prompt, mode, io);
    },
    async close() {
      const opened = await client?.catch(() => undefined);
      opened?.close();
    },
  };
  return context;
}

async function open(context: CommandContext): Promise<EtcdClient> {
  const options = connectionOptions(context);
  // What the command reads from standard input comes after the password.
  if (typeof options.password === 'function' && options.user && !options.jwtToken) {
    options.password = await options.password();
  }
  const { openClient } = await import('../etcd/client.js');
  return openClient(options);
}

/** The global options as the connection layer has them. */
export function connectionOptions(context: CommandContext): ConnectionOptions {
  const { options, mode } = context;
  return {
    endpoints: options.endpoints,
    discoverySrv: options.discoverySrv || undefined,
    discoverySrvName: options.discoverySrvName || undefined,
    insecureDiscovery: options.insecureDiscovery,
    cacert: options.cacert || undefined,
    cert: options.cert || undefined,
    key: options.key || undefined,
    insecureTransport: options.insecureTransport,
    insecureSkipTlsVerify: options.insecureSkipTlsVerify,
    skipVerifyAloneMakesTls: atLeast(mode, '3.6'),
    user: options.user || undefined,
    password: passwordOf(context),
    jwtToken: options.authJwtToken || undefined,
    dialTimeout: options.dialTimeout,
    commandTimeout: options.commandTimeout || undefined,
    keepaliveTime: options.keepaliveTime,
    keepaliveTimeout: options.keepaliveTimeout,
    // etcdctl's client has this limit, whether there is a flag for it or not; own mode leaves it to the server.
    maxRequestBytes: options.maxRequestBytes || (isDropIn(mode) ? 2 << 20 : 0),
    maxRecvBytes: options.maxRecvBytes,
    waitForReady: isDropIn(mode),
    trace: options.debug ? (line) => context.stderr.write(`${line}\n`) : undefined,
  };
}

/** The password if it is known; undefined when --user has it behind its colon; else who asks for it. */
function passwordOf(context: CommandContext): ConnectionOptions['password'] {
  const { user, password } = context.options;
  if (password !== '') return password;
  return user.includes(':') ? undefined : () => context.askPassword('Password: ');
}
