import type { IPutRequest } from 'etcd3/lib/rpc';
import { isDropIn } from '../../base/contract.js';
import { badArguments, type Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { headerFields, keyValueFields } from '../../output/fields.js';
import { outputFormat } from '../../output/format.js';
import { keyValueLines } from '../../output/key-values.js';
import { print } from '../../output/response.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { parseLease } from '../lease/shared.js';

export const spec = {
  usage: 'put [options] <key> <value> (<value> can also be given from standard input)',
  description:
    'Writes a value under a key. Without <value> it is all of standard input, its last newline included. A value that begins with a dash goes behind --.',
  examples: [
    'ketcdctl put greeting hello',
    'ketcdctl put config < config.yaml',
    'ketcdctl encode -w raw pod.yaml | ketcdctl put /registry/pods/default/web # past the API server',
    'ketcdctl put --as-kubernetes /registry/secrets/shop/db < secret.yaml # encrypted, with --encryption-config',
    'ketcdctl put -- key -value',
  ],
  complete: 'key',
  flags: {
    lease: string('lease to attach to the key (in hexadecimal)', { default: '0' }),
    prevKv: bool('print what was there before'),
    ignoreValue: bool('keep the value that the key has'),
    ignoreLease: bool('keep the lease that the key has'),
    asKubernetes: bool(
      'the value is a manifest: store it as the API server would, encrypted where the cluster encrypts',
      {
        own: true,
      },
    ),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const request = await putRequest(args, flags, () => valueOfInput(context));
  const format = outputFormat(context);
  const client = await context.connect();
  if (flags.asKubernetes && request.value) {
    const { asKubernetes } = await import('./put-kubernetes.js');
    request.value = await asKubernetes(context, client, Buffer.from(request.key!), Buffer.from(request.value));
  }
  const response = await client.kv.put(request);
  const previous = response.prev_kv ? [response.prev_kv] : [];
  await print(context, format, {
    message: 'PutResponse',
    response,
    simple: async () => ['OK\n', ...(await keyValueLines(context, previous))],
    fields: () =>
      headerFields(context, response.header) + previous.map((kv) => keyValueFields(context, kv, 'Prev')).join(''),
  });
};

/**
 * The request that the arguments and flags of `put` mean.
 * @param missing gives the value when there is no argument for it; nothing: there is none.
 * @throws Failure with etcdctl's text and exit code.
 */
export async function putRequest(
  args: string[],
  flags: Flags<typeof spec>,
  missing: () => Promise<Buffer | undefined>,
): Promise<IPutRequest> {
  const [key, argument] = args;
  if (key === undefined) throw valueNeeded();
  const ignoreValue = flags.ignoreValue;
  if (ignoreValue && args.length > 1) {
    throw badArguments("put command needs only 1 argument when 'ignore-value' is set");
  }
  const request: IPutRequest = { key: argBytes(key) };
  if (!ignoreValue) {
    const value = argument === undefined ? await missing() : argBytes(argument);
    if (value === undefined) throw valueNeeded();
    request.value = value;
  }
  request.lease = parseLease(flags.lease);
  request.prev_kv = flags.prevKv;
  request.ignore_value = ignoreValue;
  request.ignore_lease = flags.ignoreLease;
  return request;
}

/** Own mode takes a password that comes the same way first; etcdctl takes all for the value, and has no password then. */
async function valueOfInput(context: CommandContext): Promise<Buffer | undefined> {
  if (!isDropIn(context.mode)) await context.connect();
  return readValue(context.stdin);
}

/** All of standard input; undefined when it is empty. */
async function readValue(stdin: NodeJS.ReadStream): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return chunks.length === 0 ? undefined : Buffer.concat(chunks);
}

function valueNeeded(): Failure {
  return badArguments('put command needs 1 argument and input from stdin or 2 arguments');
}
