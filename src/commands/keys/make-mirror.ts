import { type FlagValues, isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { endedBySignal } from '../../base/signals.js';
import { connectionOptions } from '../../connection/options.js';
import { type EtcdClient, openClient } from '../../etcd/client.js';
import { mirror } from '../../etcd/mirror.js';
import type { RpcError } from '../../rpc/error.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';

export const spec: CommandSpec = {
  usage: 'make-mirror [options] <destination>',
  description:
    'Copies all keys, or those with a prefix, to another cluster, and then follows every change until it is interrupted. Prints every 30 seconds how many keys it has copied. Leases are not copied.',
  examples: [
    'ketcdctl make-mirror 10.0.0.2:2379',
    'ketcdctl make-mirror --prefix /registry/ --dest-prefix /copy/ --dest-cacert ca.crt https://10.0.0.2:2379',
  ],
  flags: [
    { name: 'prefix', type: 'string', help: 'copy only the keys that begin with it' },
    { name: 'rev', type: 'int', default: '0', help: 'replay from this revision, without a first copy', since: '3.6' },
    {
      name: 'max-txn-ops',
      type: 'uint',
      default: '128',
      help: 'largest number of operations in a transaction',
      since: '3.6',
    },
    { name: 'dest-prefix', type: 'string', help: 'what stands for the prefix at the destination' },
    { name: 'no-dest-prefix', type: 'bool', help: 'leave the prefix away at the destination' },
    { name: 'dest-cert', type: 'string', help: 'certificate for the destination', value: 'FILE', complete: 'file' },
    { name: 'dest-key', type: 'string', help: 'its private key', value: 'FILE', complete: 'file' },
    {
      name: 'dest-cacert',
      type: 'string',
      help: "CA that signed the destination's certificates",
      value: 'FILE',
      complete: 'file',
    },
    {
      name: 'dest-insecure-transport',
      type: 'bool',
      default: 'true',
      help: 'no TLS to a destination without a scheme',
    },
    {
      name: 'dest-user',
      type: 'string',
      help: 'user at the destination: name[:password] (asked for if missing)',
      since: '3.5',
    },
    { name: 'dest-password', type: 'string', help: "that user's password", since: '3.5' },
  ],
  noTimeout: 'always',
};

const REPORT_MS = 30_000;

export const run: Run = async (context, args, flags) => {
  const [destination] = args;
  if (destination === undefined || args.length !== 1) {
    throw new Failure('make-mirror takes one destination argument', { exitCode: ExitCode.BadArgs });
  }
  const prefixes = mirrorPrefixes(context.mode, flags);
  const dest = await openDestination(context, destination, flags);
  const source = await context.connect();
  try {
    await endedBySignal(context, (signal) => report(context, source, dest, { ...prefixes, signal }, flags));
  } catch (error) {
    throw isDropIn(context.mode) ? error : hintingAt(destination, error);
  } finally {
    dest.close();
  }
};

const DESTINATION_FLAGS = /--(cacert|cert|key|user|password|insecure-transport)\b/g;

/** A failure of the destination, with the flags in its hint that are the destination's. */
function hintingAt(destination: string, error: unknown): unknown {
  const { endpoint, hint, message, exitCode } = error as Partial<RpcError>;
  if (endpoint !== destination || !hint || message === undefined) return error;
  const own = hint.replace(DESTINATION_FLAGS, '--dest-$1');
  return new Failure(message, { exitCode: exitCode ?? ExitCode.Error, hint: own, cause: error });
}

interface Prefixes {
  prefix: Buffer;
  destPrefix: Buffer;
}

/**
 * The prefix, and what takes its place.
 * @throws Failure when two are named.
 */
export function mirrorPrefixes(mode: Mode, flags: FlagValues): Prefixes {
  const named = flags.string('dest-prefix');
  const none = flags.bool('no-dest-prefix');
  if (none && named !== '') {
    throw new Failure('`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one', {
      exitCode: ExitCode.BadArgs,
    });
  }
  const prefix = argBytes(flags.string('prefix'));
  // With --rev etcdctl forgets that the prefix stays as it is.
  const forgets = isDropIn(mode) && flags.int('rev') > 1n;
  const keep = named === '' && !none && !forgets;
  return { prefix, destPrefix: keep ? prefix : argBytes(named) };
}

async function report(
  context: CommandContext,
  source: EtcdClient,
  dest: EtcdClient,
  range: Prefixes & { signal: AbortSignal },
  flags: FlagValues,
): Promise<never> {
  let total = 0;
  const timer = setInterval(() => context.stdout.write(`${total}\n`), REPORT_MS);
  const trouble = (text: string) => void context.stderr.write(`${text}; trying again\n`);
  try {
    const last = await mirror(source, dest, {
      ...range,
      revision: flags.int('rev'),
      maxTxnOps: Number(flags.int('max-txn-ops')),
      copied: (keys) => {
        total += keys;
      },
      trouble: isDropIn(context.mode) ? undefined : trouble,
    });
    const compacted = last?.compact_revision !== undefined && last.compact_revision !== '0';
    if (compacted) throw new Failure('etcdserver: mvcc: required revision has been compacted');
    // etcdctl prints Go's empty error.
    throw new Failure(isDropIn(context.mode) ? '<nil>' : `the source ended the watch: ${last?.cancel_reason}`);
  } finally {
    clearInterval(timer);
  }
}

/** A client for the destination; what is not of the destination alone is as for the source. */
async function openDestination(context: CommandContext, destination: string, flags: FlagValues): Promise<EtcdClient> {
  const { options } = context;
  const user = flags.string('dest-user');
  const ask = () => context.askPassword('Destination Password: ');
  return openClient({
    ...connectionOptions(context),
    endpoints: [destination],
    discoverySrv: undefined,
    discoverySrvName: undefined,
    insecureSkipTlsVerify: options.insecureSkipTlsVerify && !isDropIn(context.mode),
    cacert: flags.string('dest-cacert') || undefined,
    cert: flags.string('dest-cert') || undefined,
    key: flags.string('dest-key') || undefined,
    insecureTransport: flags.bool('dest-insecure-transport'),
    user: user || undefined,
    // With a password of its own the whole of the name is the name, colons included.
    password: flags.string('dest-password') || (user.includes(':') ? undefined : ask),
    jwtToken: undefined,
  });
}
