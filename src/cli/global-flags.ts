import type { Flag, Mode } from '../base/contract.js';
import { hasFlag } from '../base/versions.js';

/** What every command takes. Each can also be set by `ETCDCTL_` and its name in upper case, `-` as `_`. */
const ETCDCTL: readonly Flag[] = [
  {
    name: 'endpoints',
    type: 'strings',
    default: '127.0.0.1:2379',
    help: 'etcd servers, a comma list',
    env: true,
  },
  { name: 'dial-timeout', type: 'duration', default: '2s', help: 'time to reach an endpoint', env: true },
  { name: 'command-timeout', type: 'duration', default: '5s', help: 'time that a short command may take', env: true },
  {
    name: 'keepalive-time',
    type: 'duration',
    default: '2s',
    help: 'silence after which a connection is probed',
    env: true,
  },
  {
    name: 'keepalive-timeout',
    type: 'duration',
    default: '6s',
    help: 'time to wait for the answer to a probe',
    env: true,
  },
  {
    name: 'insecure-transport',
    type: 'bool',
    default: 'true',
    help: 'no TLS where the endpoint does not ask for it',
    env: true,
  },
  {
    name: 'insecure-discovery',
    type: 'bool',
    default: 'true',
    help: 'accept plain endpoints from SRV records',
    env: true,
  },
  {
    name: 'insecure-skip-tls-verify',
    type: 'bool',
    help: "do not check the server's certificate (for tests only)",
    env: true,
  },
  {
    name: 'cert',
    type: 'string',
    value: 'FILE',
    help: 'client certificate to show to the server',
    complete: 'file',
    env: true,
  },
  {
    name: 'key',
    type: 'string',
    value: 'FILE',
    help: 'private key of the client certificate',
    complete: 'file',
    env: true,
  },
  {
    name: 'cacert',
    type: 'string',
    value: 'FILE',
    help: 'certificate authorities that servers are checked against',
    complete: 'file',
    env: true,
  },
  {
    name: 'auth-jwt-token',
    type: 'string',
    value: 'TOKEN',
    help: 'token to show instead of a user and password',
    since: '3.7',
    env: true,
  },
  {
    name: 'user',
    type: 'string',
    value: 'NAME[:PASSWORD]',
    help: 'user to log in as; a missing password is asked for',
    env: true,
  },
  { name: 'password', type: 'string', value: 'PASSWORD', help: 'password of the user', env: true },
  {
    name: 'discovery-srv',
    short: 'd',
    type: 'string',
    value: 'DOMAIN',
    help: 'domain whose SRV records name the endpoints',
    env: true,
  },
  {
    name: 'discovery-srv-name',
    type: 'string',
    value: 'NAME',
    help: 'suffix of the service name in SRV records',
    env: true,
  },
  {
    name: 'write-out',
    short: 'w',
    type: 'string',
    value: 'FORMAT',
    default: 'simple',
    help: 'format of the output: fields, json, protobuf, simple, table',
    choices: ['simple', 'fields', 'json', 'table', 'protobuf'],
    env: true,
  },
  { name: 'hex', type: 'bool', help: 'print keys and values as hexadecimal bytes', env: true },
  { name: 'debug', type: 'bool', help: 'show the settings, and what is tried, on standard error', env: true },
  {
    name: 'max-request-bytes',
    type: 'int',
    default: '0',
    help: 'largest request to send (0: 2 MiB)',
    since: '3.6',
    env: true,
  },
  {
    name: 'max-recv-bytes',
    type: 'int',
    default: '0',
    help: 'largest answer to accept (0: no limit)',
    since: '3.6',
    env: true,
  },
];

const OWN: readonly Flag[] = [
  {
    name: 'decode',
    type: 'string',
    value: 'HOW',
    default: 'auto',
    help: 'Kubernetes values as YAML (auto, k8s) or as the stored bytes (none)',
    choices: ['auto', 'k8s', 'none'],
    own: true,
    env: true,
  },
  {
    name: 'password-file',
    type: 'string',
    value: 'FILE',
    help: 'read the password from a file (-: standard input)',
    complete: 'file',
    own: true,
    env: true,
  },
  {
    name: 'encryption-config',
    type: 'string',
    value: 'FILE',
    help: 'EncryptionConfiguration with the keys of encrypted values',
    complete: 'file',
    own: true,
    env: true,
  },
];

/** Where own mode's global flags can do more than etcdctl's. */
const BEYOND: Record<string, Partial<Flag>> = {
  endpoints: { help: 'etcd servers, a comma list; file:PATH reads a snapshot in place of a server' },
  'write-out': {
    help: 'format of the output: simple, fields, json, table, protobuf; yaml and jsonl for people and scripts',
    choices: ['simple', 'fields', 'json', 'table', 'protobuf', 'yaml', 'jsonl'],
  },
};

const ETCDUTL: readonly Flag[] = [
  {
    name: 'write-out',
    short: 'w',
    type: 'string',
    value: 'FORMAT',
    default: 'simple',
    help: 'format of the output: fields, json, protobuf, simple, table',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '10s',
    help: 'time that opening the database may take',
    etcdutl: '3.7-',
  },
];

/** The global flags of this mode, in the order of the help text. */
export function globalFlags(mode: Mode): Flag[] {
  if (mode.tool === 'ketcdctl') return [...ETCDCTL.map((flag) => ({ ...flag, ...BEYOND[flag.name] })), ...OWN];
  return (mode.tool === 'etcdutl' ? ETCDUTL : ETCDCTL).filter((flag) => hasFlag(mode, flag));
}

/** Every command has it; it is not one of the settings. */
export const HELP_FLAG: Flag = { name: 'help', short: 'h', type: 'bool', help: 'show this help' };
