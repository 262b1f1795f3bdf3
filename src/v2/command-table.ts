/** Every command and flag of the v2 etcdctl: what the parser takes and what help shows are both made from this table. */
import type { FlagSpec } from './flags.js';
import type { Action } from './run.js';

export interface CommandSpec {
  name: string;
  usage: string;
  /** The arguments as help shows them. */
  args?: string;
  description?: string;
  flags?: readonly FlagSpec[];
  /** How many arguments count; more are passed over, as long as none of them looks like a flag. Default: all. */
  limit?: number;
  subcommands?: readonly CommandSpec[];
  /** Not a command of etcdctl: only `ketcdctl v2` has it. */
  own?: true;
  load?: () => Promise<Action>;
}

const HELP: FlagSpec = { names: ['help', 'h'], type: 'bool', usage: 'show help' };

export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  { names: ['debug'], type: 'bool', usage: 'output cURL commands which can be used to reproduce the request' },
  { names: ['no-sync'], type: 'bool', usage: "don't synchronize cluster information before sending request" },
  {
    names: ['output', 'o'],
    type: 'string',
    usage: 'output response in the given format (simple, `extended` or `json`)',
    placeholder: 'simple',
    default: 'simple',
  },
  {
    names: ['discovery-srv', 'D'],
    type: 'string',
    usage: 'domain name to query for SRV records describing cluster endpoints',
  },
  { names: ['insecure-discovery'], type: 'bool', usage: 'accept insecure SRV records describing cluster endpoints' },
  { names: ['peers', 'C'], type: 'string', usage: 'DEPRECATED - "--endpoints" should be used instead' },
  { names: ['endpoint'], type: 'string', usage: 'DEPRECATED - "--endpoints" should be used instead' },
  {
    names: ['endpoints'],
    type: 'string',
    usage:
      'a comma-delimited list of machine addresses in the cluster (default: "http://127.0.0.1:2379,http://127.0.0.1:4001")',
  },
  { names: ['cert-file'], type: 'string', usage: 'identify HTTPS client using this SSL certificate file' },
  { names: ['key-file'], type: 'string', usage: 'identify HTTPS client using this SSL key file' },
  { names: ['ca-file'], type: 'string', usage: 'verify certificates of HTTPS-enabled servers using this CA bundle' },
  {
    names: ['username', 'u'],
    type: 'string',
    usage: 'provide username[:password] and prompt if password is not supplied.',
  },
  { names: ['timeout'], type: 'duration', usage: 'connection timeout per request', default: '2s' },
  {
    names: ['total-timeout'],
    type: 'duration',
    usage: 'timeout for the command execution (except watch)',
    default: '5s',
  },
  HELP,
  { names: ['version', 'v'], type: 'bool', usage: 'print the version' },
];

/** What every command takes though its help does not list it. */
export const HELP_FLAGS: readonly FlagSpec[] = [HELP];

const TTL: FlagSpec = { names: ['ttl'], type: 'int', usage: 'key time-to-live in seconds', default: '0' };
const SORT: FlagSpec = { names: ['sort'], type: 'bool', usage: 'returns result in sorted order' };
const QUORUM: FlagSpec = { names: ['quorum', 'q'], type: 'bool', usage: 'require quorum for get request' };
const ROLES: FlagSpec = { names: ['roles'], type: 'strings', usage: 'List of roles to grant or revoke' };

function afterIndex(): FlagSpec {
  return { names: ['after-index'], type: 'int', usage: 'watch after the given index', default: '0' };
}

function recursive(usage: string): FlagSpec {
  return { names: ['recursive', 'r'], type: 'bool', usage };
}

function permissionFlags(word: 'Grant' | 'Revoke'): FlagSpec[] {
  const grants = word === 'Grant';
  return [
    { names: ['path'], type: 'string', usage: `Path ${grants ? 'granted' : 'revoked'} for the role to access` },
    { names: ['read'], type: 'bool', usage: `${word} read${grants ? '-only' : ''} access` },
    { names: ['write'], type: 'bool', usage: `${word} write${grants ? '-only' : ''} access` },
    { names: ['readwrite', 'rw'], type: 'bool', usage: `${word} read-write access` },
  ];
}

const keys = () => import('./key-commands.js');
const watches = () => import('./watch-commands.js');
const members = () => import('./member-commands.js');
const users = () => import('./user-commands.js');
const roles = () => import('./role-commands.js');

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'backup',
    usage: 'backup an etcd directory',
    args: ' ',
    flags: [
      { names: ['data-dir'], type: 'string', usage: 'Path to the etcd data dir' },
      { names: ['wal-dir'], type: 'string', usage: 'Path to the etcd wal dir' },
      { names: ['backup-dir'], type: 'string', usage: 'Path to the backup dir' },
      { names: ['backup-wal-dir'], type: 'string', usage: 'Path to the backup wal dir' },
      { names: ['with-v3'], type: 'bool', usage: 'Backup v3 backend data' },
    ],
    limit: 0,
    load: async () => (await import('./backup-command.js')).backup,
  },
  {
    name: 'cluster-health',
    usage: 'check the health of the etcd cluster',
    args: ' ',
    flags: [{ names: ['forever', 'f'], type: 'bool', usage: 'forever check the health every 10 second until CTRL+C' }],
    limit: 0,
    load: async () => (await import('./cluster-health.js')).clusterHealth,
  },
  {
    name: 'mk',
    usage: 'make a new key with a given value',
    args: '<key> <value>',
    flags: [{ names: ['in-order'], type: 'bool', usage: 'create in-order key under directory <key>' }, TTL],
    limit: 2,
    load: async () => (await keys()).mk,
  },
  {
    name: 'mkdir',
    usage: 'make a new directory',
    args: '<key>',
    flags: [TTL],
    limit: 1,
    load: async () => (await keys()).mkdir,
  },
  {
    name: 'rm',
    usage: 'remove a key or a directory',
    args: '<key>',
    flags: [
      { names: ['dir'], type: 'bool', usage: 'removes the key if it is an empty directory or a key-value pair' },
      recursive('removes the key and all child keys(if it is a directory)'),
      { names: ['with-value'], type: 'string', usage: 'previous value' },
      { names: ['with-index'], type: 'int', usage: 'previous index', default: '0' },
    ],
    limit: 1,
    load: async () => (await keys()).rm,
  },
  {
    name: 'rmdir',
    usage: 'removes the key if it is an empty directory or a key-value pair',
    args: '<key>',
    limit: 1,
    load: async () => (await keys()).rmdir,
  },
  {
    name: 'get',
    usage: 'retrieve the value of a key',
    args: '<key>',
    flags: [SORT, QUORUM],
    limit: 1,
    load: async () => (await keys()).get,
  },
  {
    name: 'ls',
    usage: 'retrieve a directory',
    args: '[key]',
    flags: [
      SORT,
      recursive('returns all key names recursively for the given path'),
      { names: ['p'], type: 'bool', usage: 'append slash (/) to directories' },
      QUORUM,
    ],
    limit: 1,
    load: async () => (await keys()).ls,
  },
  {
    name: 'set',
    usage: 'set the value of a key',
    args: '<key> <value>',
    description: [
      'Set sets the value of a key.',
      '',
      "   When <value> begins with '-', <value> is interpreted as a flag.",
      "   Insert '--' for workaround:",
      '',
      '   $ set -- <key> <value>',
    ].join('\n'),
    flags: [
      TTL,
      { names: ['swap-with-value'], type: 'string', usage: 'previous value' },
      { names: ['swap-with-index'], type: 'int', usage: 'previous index', default: '0' },
    ],
    limit: 2,
    load: async () => (await keys()).set,
  },
  {
    name: 'setdir',
    usage: 'create a new directory or update an existing directory TTL',
    args: '<key>',
    flags: [TTL],
    limit: 1,
    load: async () => (await keys()).setdir,
  },
  {
    name: 'update',
    usage: 'update an existing key with a given value',
    args: '<key> <value>',
    flags: [TTL],
    limit: 2,
    load: async () => (await keys()).update,
  },
  {
    name: 'updatedir',
    usage: 'update an existing directory',
    args: '<key> <value>',
    flags: [TTL],
    limit: 2,
    load: async () => (await keys()).updatedir,
  },
  {
    name: 'watch',
    usage: 'watch a key for changes',
    args: '<key>',
    flags: [
      { names: ['forever', 'f'], type: 'bool', usage: 'forever watch a key until CTRL+C' },
      afterIndex(),
      recursive('returns all values for key and child keys'),
    ],
    limit: 1,
    load: async () => (await watches()).watch,
  },
  {
    name: 'exec-watch',
    usage: 'watch a key for changes and exec an executable',
    args: '<key> <command> [args...]',
    flags: [afterIndex(), recursive('watch all values for key and child keys')],
    load: async () => (await watches()).execWatch,
  },
  {
    name: 'member',
    usage: 'member add, remove and list subcommands',
    subcommands: [
      {
        name: 'list',
        usage: 'enumerate existing cluster members',
        args: ' ',
        load: async () => (await members()).list,
      },
      {
        name: 'add',
        usage: 'add a new member to the etcd cluster',
        args: '<name> <peerURL>',
        load: async () => (await members()).add,
      },
      {
        name: 'remove',
        usage: 'remove an existing member from the etcd cluster',
        args: '<memberID>',
        load: async () => (await members()).remove,
      },
      {
        name: 'update',
        usage: 'update an existing member in the etcd cluster',
        args: '<memberID> <peerURLs>',
        load: async () => (await members()).update,
      },
    ],
  },
  {
    name: 'user',
    usage: 'user add, grant and revoke subcommands',
    subcommands: [
      {
        name: 'add',
        usage: 'add a new user for the etcd cluster',
        args: '<user>',
        load: async () => (await users()).add,
      },
      { name: 'get', usage: 'get details for a user', args: '<user>', load: async () => (await users()).get },
      { name: 'list', usage: 'list all current users', args: '<user>', load: async () => (await users()).list },
      {
        name: 'remove',
        usage: 'remove a user for the etcd cluster',
        args: '<user>',
        load: async () => (await users()).remove,
      },
      {
        name: 'grant',
        usage: 'grant roles to an etcd user',
        args: '<user>',
        flags: [ROLES],
        load: async () => (await users()).grant,
      },
      {
        name: 'revoke',
        usage: 'revoke roles for an etcd user',
        args: '<user>',
        flags: [ROLES],
        load: async () => (await users()).revoke,
      },
      {
        name: 'passwd',
        usage: 'change password for a user',
        args: '<user>',
        load: async () => (await users()).passwd,
      },
    ],
  },
  {
    name: 'role',
    usage: 'role add, grant and revoke subcommands',
    subcommands: [
      {
        name: 'add',
        usage: 'add a new role for the etcd cluster',
        args: '<role> ',
        load: async () => (await roles()).add,
      },
      { name: 'get', usage: 'get details for a role', args: '<role>', load: async () => (await roles()).get },
      { name: 'list', usage: 'list all roles', args: ' ', load: async () => (await roles()).list },
      {
        name: 'remove',
        usage: 'remove a role from the etcd cluster',
        args: '<role>',
        load: async () => (await roles()).remove,
      },
      {
        name: 'grant',
        usage: 'grant path matches to an etcd role',
        args: '<role>',
        flags: permissionFlags('Grant'),
        load: async () => (await roles()).grant,
      },
      {
        name: 'revoke',
        usage: 'revoke path matches for an etcd role',
        args: '<role>',
        flags: permissionFlags('Revoke'),
        load: async () => (await roles()).revoke,
      },
    ],
  },
  {
    name: 'auth',
    usage: 'overall auth controls',
    subcommands: [
      {
        name: 'enable',
        usage: 'enable auth access controls',
        args: ' ',
        load: async () => (await users()).enableAuth,
      },
      {
        name: 'disable',
        usage: 'disable auth access controls',
        args: ' ',
        load: async () => (await users()).disableAuth,
      },
    ],
  },
  {
    name: 'migrate',
    own: true,
    usage: 'copy keys into the v3 API',
    args: '[key...]',
    description: [
      'Copies the keys below the given ones (by default all) to v3 keys of the same name. Without --apply it only',
      '   tells what it would write. Keys that expire get a lease. Keys that are in v3 already are left as they are.',
      '   Hidden keys (_name) are copied only if they are given.',
    ].join('\n'),
    flags: [
      { names: ['apply'], type: 'bool', usage: 'write the keys' },
      { names: ['overwrite'], type: 'bool', usage: 'write keys too that are in v3 with another value' },
      { names: ['prefix'], type: 'string', usage: 'put this in front of each v3 key' },
      { names: ['to'], type: 'string', usage: 'endpoints of another cluster to write to, separated by commas' },
      { names: ['to-user'], type: 'string', usage: 'v3 user[:password] to write as' },
    ],
    load: async () => (await import('./migrate-command.js')).migrate,
  },
];
