/** `augerctl get`: objects out of a running etcd. */

import type { Context } from '../../base/contract.js';
import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import type { FlagsOf } from '../../base/flags/declare.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import type { ConnectionOptions } from '../../connection/options.js';
import { type EtcdClient, openClient } from '../../etcd/client.js';
import { readRange } from '../../etcd/range.js';
import { StoredValues } from '../../k8s/values.js';
import { keysBelow } from '../../storage/mvcc/revision.js';
import type { CommandSpec, Run } from '../command.js';
import { MEDIA_TYPES } from './detect.js';
import { type AUGERCTL_FLAGS, GET_FLAGS } from './flags.js';
import { resourcePath } from './resource-key.js';
import { NOTHING_FOUND, renderValue, requireValue } from './value.js';

export const spec = {
  usage: 'get [resource] [name]',
  examples: `
  # List a single service with namespace "default" and name "kubernetes"
  augerctl get services -n default kubernetes
  # Nearly equivalent
  kubectl get services -n default kubernetes -o yaml

  # List a single resource of type "priorityclasses" and name "system-node-critical" without namespaced
  augerctl get priorityclasses system-node-critical
  # Nearly equivalent
  kubectl get priorityclasses system-node-critical -A -o yaml

  # List all leases with namespace "kube-system"
  augerctl get leases -n kube-system
  # Nearly equivalent
  kubectl get leases -n kube-system -o yaml

  # List a single resource of type "apiservices.apiregistration.k8s.io" and name "v1.apps"
  augerctl get apiservices.apiregistration.k8s.io v1.apps
  # Nearly equivalent
  kubectl get apiservices.apiregistration.k8s.io v1.apps -o yaml

  # List all resources
  augerctl get
  # Nearly equivalent
  kubectl get $(kubectl api-resources --verbs=list --output=name | paste -s -d, - ) -A -o yaml
`.split('\n'),
  flags: GET_FLAGS,
} satisfies CommandSpec;

/** Milliseconds: augerctl has no limits, and waits for ever. */
const DIAL_TIMEOUT = 5000;

type Format = 'yaml' | 'json';
type GetFlags = FlagsOf<typeof GET_FLAGS & typeof AUGERCTL_FLAGS>;

/** augerctl's own words for more arguments. */
const MOST_ARGS = 2;

export const run: Run<typeof spec, typeof AUGERCTL_FLAGS> = async (context, args, flags) => {
  if (args.length > MOST_ARGS) {
    throw new UsageFailure(`accepts between 0 and ${MOST_ARGS} arg(s), received ${args.length}`);
  }
  const format = flags.output;
  const prefix = flags.prefix;
  const problem =
    args[0] === ''
      ? 'invalid resource ""'
      : format !== 'yaml' && format !== 'json'
        ? `invalid output format: "${format}"`
        : prefix === ''
          ? 'prefix is required'
          : undefined;
  if (problem) throw new Failure(`[${args.join(' ')}]: ${problem}`);
  const client = await openClient(connection(context, flags));
  try {
    const printer = new Printer(context, format as Format);
    await printAll(client, keyRequest(prefix, args, flags), printer);
    return printer.failed > 0 ? ExitCode.Error : ExitCode.Ok;
  } finally {
    client.close();
  }
};

/** What is asked of etcd; `namespace`: of all resources, only the keys with that part. */
interface KeyRequest {
  request: { key: Buffer; range_end?: Buffer; limit?: number };
  namespace: string;
}

function keyRequest(prefix: string, [resource, name]: string[], flags: GetFlags): KeyRequest {
  const namespace = flags.namespace;
  const isAll = resource === undefined;
  const parts = [prefix, isAll ? '' : resourcePath(resource), isAll ? '' : namespace].filter((part) => part !== '');
  const path = parts.join('/');
  const limit = Math.max(0, Number(flags.limit));
  if (name !== undefined) return { request: { key: Buffer.from(`${path}/${name}`) }, namespace: '' };
  const { start, end } = keysBelow(Buffer.from(`${path}/`));
  return {
    request: { key: start, range_end: end ?? Buffer.alloc(1), limit },
    namespace: isAll ? namespace : '',
  };
}

async function printAll(client: EtcdClient, { request, namespace }: KeyRequest, printer: Printer): Promise<void> {
  for await (const page of readRange(client, request)) {
    for (const { key, value } of page.kvs) {
      if (namespace === '' || key.toString().split('/').at(-2) === namespace) await printer.print(key, value);
    }
  }
}

/** Prints objects as they come. What can't be decoded is a comment in YAML, and in JSON a line on standard error. */
class Printer {
  failed = 0;
  private readonly values: StoredValues;

  constructor(
    private readonly context: Context,
    private readonly format: Format,
  ) {
    this.values = new StoredValues({ encryptionConfig: context.env.ETCDCTL_ENCRYPTION_CONFIG });
  }

  async print(key: Buffer, value: Buffer): Promise<void> {
    const { stdout, stderr } = this.context;
    try {
      const plain = await this.values.open(key, value);
      const found = requireValue(plain);
      const isLeftAsIs = this.format === 'json' && found.encoding === 'json';
      // Stored JSON ends with a newline of its own, and gets another.
      const text = isLeftAsIs ? Buffer.concat([found.value, NEWLINE]) : await renderValue(found, this.format);
      const isYaml = this.format === 'yaml';
      const head = isYaml ? `---\n# ${key} | ${MEDIA_TYPES[found.encoding]}\n` : '';
      const wait = stdout.write(Buffer.concat([Buffer.from(head), text, Buffer.from(isYaml ? '\n' : '')]));
      if (wait) await wait;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (this.format === 'yaml') stdout.write(asComment(key, value, error.message));
      else {
        this.failed++;
        stderr.write(errorLine(`${key}: ${error.message}`));
      }
    }
  }
}

const NEWLINE = Buffer.from('\n');

function asComment(key: Buffer, value: Buffer, reason: string): string {
  const text = value.toString('utf8');
  const isPlain = !/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]/.test(text);
  const shown = isPlain ? text.replace(/\n/g, '\n# ') : `${value.length} bytes that are no text`;
  const [why] = reason === NOTHING_FOUND ? [reason] : reason.split('\n');
  return `---\n# ${key} | raw | ${why}\n# ${shown}\n`;
}

function connection({ env }: Context, flags: GetFlags): ConnectionOptions {
  const setting = (name: 'cert' | 'key' | 'cacert') => flags[name] || env[`ETCDCTL_${name.toUpperCase()}`] || undefined;
  const cert = setting('cert');
  const key = setting('key');
  if ((cert === undefined) !== (key === undefined)) {
    throw new Failure(`KeyFile and CertFile must both be present[key: ${key ?? ''}, cert: ${cert ?? ''}]`);
  }
  const cacert = setting('cacert');
  return {
    endpoints: endpoints(flags, env.ETCDCTL_ENDPOINTS),
    insecureDiscovery: flags.insecureDiscovery,
    insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
    // Whoever names certificates wants TLS, also where the endpoint has no scheme.
    insecureTransport: cacert === undefined && cert === undefined && flags.insecureDiscovery,
    cacert,
    cert,
    key,
    dialTimeout: DIAL_TIMEOUT,
    ...login(flags),
  };
}

function endpoints(flags: GetFlags, fromEnvironment: string | undefined): string[] {
  const named = (fromEnvironment ?? '')
    .split(',')
    .map((endpoint) => endpoint.trim())
    .filter(Boolean);
  return flags.given('endpoints') || named.length === 0 ? flags.endpoints : named;
}

function login(flags: GetFlags): Pick<ConnectionOptions, 'user' | 'password'> {
  const user = flags.user;
  const password = flags.password;
  if (user === '') return {};
  if (password === '' && !user.includes(':')) throw new Failure('password is missing');
  return { user, password: password || undefined };
}
