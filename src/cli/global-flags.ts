import type { Mode } from '../base/contract.js';
import { bool, duration, type Flag, type FlagsOf, flagList, int, string, strings } from '../base/flags/declare.js';
import { hasFlag } from '../base/versions.js';

/** What every command takes. Each can also be set by `ETCDCTL_` and its name in upper case, `-` as `_`. */
const ETCDCTL = {
  endpoints: strings('etcd servers, a comma list', { default: '127.0.0.1:2379', complete: 'endpoint', env: true }),
  dialTimeout: duration('time to reach an endpoint', { default: '2s', env: true }),
  commandTimeout: duration('time that a short command may take', { default: '5s', env: true }),
  keepaliveTime: duration('silence after which a connection is probed', { default: '2s', env: true }),
  keepaliveTimeout: duration('time to wait for the answer to a probe', { default: '6s', env: true }),
  insecureTransport: bool('no TLS where the endpoint does not ask for it', { default: 'true', env: true }),
  insecureDiscovery: bool('accept plain endpoints from SRV records', { default: 'true', env: true }),
  insecureSkipTlsVerify: bool("do not check the server's certificate (for tests only)", { env: true }),
  cert: string('client certificate to show to the server', { value: 'FILE', complete: 'file', env: true }),
  key: string('private key of the client certificate', { value: 'FILE', complete: 'file', env: true }),
  cacert: string('certificate authorities that servers are checked against', {
    value: 'FILE',
    complete: 'file',
    env: true,
  }),
  authJwtToken: string('token to show instead of a user and password', { value: 'TOKEN', since: '3.7', env: true }),
  user: string('user to log in as; a missing password is asked for', { value: 'NAME[:PASSWORD]', env: true }),
  password: string('password of the user', { value: 'PASSWORD', env: true }),
  discoverySrv: string('domain whose SRV records name the endpoints', { short: 'd', value: 'DOMAIN', env: true }),
  discoverySrvName: string('suffix of the service name in SRV records', { value: 'NAME', env: true }),
  writeOut: string('format of the output: fields, json, protobuf, simple, table', {
    short: 'w',
    value: 'FORMAT',
    default: 'simple',
    choices: ['simple', 'fields', 'json', 'table', 'protobuf'],
    env: true,
  }),
  hex: bool('print keys and values as hexadecimal bytes', { env: true }),
  debug: bool('show the settings, and what is tried, on standard error', { env: true }),
  maxRequestBytes: int('largest request to send (0: 2 MiB)', { default: '0', since: '3.6', env: true }),
  maxRecvBytes: int('largest answer to accept (0: no limit)', { default: '0', since: '3.6', env: true }),
};

const OWN = {
  consistency: string(
    'of reads: linearizable (l), or serializable (s), which needs no quorum and may be a little old',
    {
      default: 'l',
      choices: ['l', 's'],
      own: true,
    },
  ),
  context: string('named cluster to connect to (see: ketcdctl context)', {
    value: 'NAME',
    complete: 'context',
    own: true,
  }),
  decode: string('Kubernetes values as YAML (auto, k8s) or as the stored bytes (none)', {
    value: 'HOW',
    default: 'auto',
    choices: ['auto', 'k8s', 'none'],
    own: true,
    env: true,
  }),
  passwordFile: string('read the password from a file (-: standard input)', {
    value: 'FILE',
    complete: 'file',
    own: true,
    env: true,
  }),
  encryptionConfig: string('EncryptionConfiguration with the keys of encrypted values', {
    value: 'FILE',
    complete: 'file',
    own: true,
    env: true,
  }),
};

/** Where own mode's global flags can do more than etcdctl's. */
const BEYOND: Record<string, Partial<Flag> | undefined> = {
  endpoints: { help: 'etcd servers, a comma list; file:PATH reads a snapshot in place of a server' },
  'write-out': {
    help: 'format of the output: simple, fields, json, table, protobuf; yaml and jsonl for people and scripts',
    choices: ['simple', 'fields', 'json', 'table', 'protobuf', 'yaml', 'jsonl'],
  },
};

const ETCDUTL = {
  writeOut: string('format of the output: fields, json, protobuf, simple, table', {
    short: 'w',
    value: 'FORMAT',
    default: 'simple',
  }),
  timeout: duration('time that opening the database may take', { default: '10s', etcdutl: '3.7-' }),
};

/** What the global options are read from, whichever of them this mode has. */
export type GlobalFlags = FlagsOf<typeof ETCDCTL & typeof OWN & typeof ETCDUTL>;

/** All of them, with their defaults where a mode does not have them. */
export const ALL_GLOBAL_FLAGS: readonly Flag[] = flagList({ ...ETCDCTL, ...OWN });

/** The global flags of this mode, in the order of the help text. */
export function globalFlags(mode: Mode): Flag[] {
  if (mode.tool === 'ketcdctl') return ALL_GLOBAL_FLAGS.map((flag) => ({ ...flag, ...BEYOND[flag.name] }));
  return flagList(mode.tool === 'etcdutl' ? ETCDUTL : ETCDCTL).filter((flag) => hasFlag(mode, flag));
}

/** Every command has it; it is not one of the settings. */
export const HELP_FLAG: Flag = { name: 'help', ...bool('show this help', { short: 'h' }) };
