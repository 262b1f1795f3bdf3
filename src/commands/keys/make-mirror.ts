import { isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int, string, uint } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { endedBySignal } from '../../base/signals.js';
import { connectionOptions } from '../../connection/options.js';
import { type EtcdClient, openClient } from '../../etcd/client.js';
import { mirror } from '../../etcd/mirror.js';
import type { RpcError } from '../../rpc/error.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';

export const spec = {
  usage: 'make-mirror [options] <destination>',
  description:
    'Copies all keys, or those with a prefix, to another cluster, and then follows every change until it is interrupted. Prints every 30 seconds how many keys it has copied. Leases are not copied.',
  examples: [
    'ketcdctl make-mirror 10.0.0.2:2379',
    'ketcdctl make-mirror --prefix /registry/ --dest-prefix /copy/ --dest-cacert ca.crt https://10.0.0.2:2379',
  ],
  flags: {
    prefix: string('copy only the keys that begin with it'),
    rev: int('replay from this revision, without a first copy', { default: '0', since: '3.6' }),
    maxTxnOps: uint('largest number of operations in a transaction', { default: '128', since: '3.6' }),
    destPrefix: string('what stands for the prefix at the destination'),
    noDestPrefix: bool('leave the prefix away at the destination'),
    destCert: string('certificate for the destination', { value: 'FILE', complete: 'file' }),
    destKey: string('its private key', { value: 'FILE', complete: 'file' }),
    destCacert: string("CA that signed the destination's certificates", { value: 'FILE', complete: 'file' }),
    destInsecureTransport: bool('no TLS to a destination without a scheme', { default: 'true' }),
    destUser: string('user at the destination: name[:password] (asked for if missing)', { since: '3.5' }),
    destPassword: string("that user's password", { since: '3.5' }),
  },
  noTimeout: 'always',
} satisfies CommandSpec;

const REPORT_MS = 30_000;

export const run: Run<typeof spec> = async (context, args, flags) => {
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
export function mirrorPrefixes(mode: Mode, flags: Flags<typeof spec>): Prefixes {
  const named = flags.destPrefix;
  const none = flags.noDestPrefix;
  if (none && named !== '') {
    throw new Failure('`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one', {
      exitCode: ExitCode.BadArgs,
    });
  }
  const prefix = argBytes(flags.prefix);
  // With --rev etcdctl forgets that the prefix stays as it is.
  const forgets = isDropIn(mode) && flags.rev > 1n;
  const keep = named === '' && !none && !forgets;
  return { prefix, destPrefix: keep ? prefix : argBytes(named) };
}

async function report(
  context: CommandContext,
  source: EtcdClient,
  dest: EtcdClient,
  range: Prefixes & { signal: AbortSignal },
  flags: Flags<typeof spec>,
): Promise<never> {
  let total = 0;
  const timer = setInterval(() => context.stdout.write(`${total}\n`), REPORT_MS);
  const trouble = (text: string) => void context.stderr.write(`${text}; trying again\n`);
  try {
    const last = await mirror(source, dest, {
      ...range,
      revision: flags.rev,
      maxTxnOps: Number(flags.maxTxnOps),
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
async function openDestination(
  context: CommandContext,
  destination: string,
  flags: Flags<typeof spec>,
): Promise<EtcdClient> {
  const { options } = context;
  const user = flags.destUser;
  const ask = () => context.askPassword('Destination Password: ');
  return openClient({
    ...connectionOptions(context),
    endpoints: [destination],
    discoverySrv: undefined,
    discoverySrvName: undefined,
    insecureSkipTlsVerify: options.insecureSkipTlsVerify && !isDropIn(context.mode),
    cacert: flags.destCacert || undefined,
    cert: flags.destCert || undefined,
    key: flags.destKey || undefined,
    insecureTransport: flags.destInsecureTransport,
    user: user || undefined,
    // With a password of its own the whole of the name is the name, colons included.
    password: flags.destPassword || (user.includes(':') ? undefined : ask),
    jwtToken: undefined,
  });
}
