/** Every command and flag of the v2 etcdctl: what the parser takes and what help shows are both made from this table. */
import type { FlagSpec } from './flags.js';
import type { Action } from './run.js';
import { DEFAULT_ENDPOINTS } from './settings.js';

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

type Names = [string, ...string[]];

function bool(usage: string, ...names: Names): FlagSpec {
  return { names, type: 'bool', usage };
}

function text(usage: string, ...names: Names): FlagSpec {
  return { names, type: 'string', usage };
}

function number(usage: string, ...names: Names): FlagSpec {
  return { names, type: 'int', usage, default: '0' };
}

const HELP = bool('show help', 'help', 'h');

/** What every command takes though its help does not list it. */
export const HELP_FLAGS: readonly FlagSpec[] = [HELP];

export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  bool('output cURL commands which can be used to reproduce the request', 'debug'),
  bool("don't synchronize cluster information before sending request", 'no-sync'),
  {
    ...text('output response in the given format (simple, `extended` or `json`)', 'output', 'o'),
    placeholder: 'simple',
    default: 'simple',
  },
  text('domain name to query for SRV records describing cluster endpoints', 'discovery-srv', 'D'),
  bool('accept insecure SRV records describing cluster endpoints', 'insecure-discovery'),
  text('DEPRECATED - "--endpoints" should be used instead', 'peers', 'C'),
  text('DEPRECATED - "--endpoints" should be used instead', 'endpoint'),
  text(`a comma-delimited list of machine addresses in the cluster (default: "${DEFAULT_ENDPOINTS}")`, 'endpoints'),
  text('identify HTTPS client using this SSL certificate file', 'cert-file'),
  text('identify HTTPS client using this SSL key file', 'key-file'),
  text('verify certificates of HTTPS-enabled servers using this CA bundle', 'ca-file'),
  text('provide username[:password] and prompt if password is not supplied.', 'username', 'u'),
  { names: ['timeout'], type: 'duration', usage: 'connection timeout per request', default: '2s' },
  {
    names: ['total-timeout'],
    type: 'duration',
    usage: 'timeout for the command execution (except watch)',
    default: '5s',
  },
  HELP,
  bool('print the version', 'version', 'v'),
];

const TTL = number('key time-to-live in seconds', 'ttl');
const SORT = bool('returns result in sorted order', 'sort');
const QUORUM = bool('require quorum for get request', 'quorum', 'q');
const AFTER_INDEX = number('watch after the given index', 'after-index');
const ROLES: FlagSpec = { names: ['roles'], type: 'strings', usage: 'List of roles to grant or revoke' };

function permissionFlags(word: 'Grant' | 'Revoke'): FlagSpec[] {
  const only = word === 'Grant' ? '-only' : '';
  return [
    text(`Path ${word === 'Grant' ? 'granted' : 'revoked'} for the role to access`, 'path'),
    bool(`${word} read${only} access`, 'read'),
    bool(`${word} write${only} access`, 'write'),
    bool(`${word} read-write access`, 'readwrite', 'rw'),
  ];
}

type Rest = Omit<CommandSpec, 'name' | 'args' | 'usage'>;

/** @param line the name, and the arguments as help shows them */
function command(line: string, usage: string, rest: Rest): CommandSpec {
  const name = line.split(' ', 1)[0]!;
  return { name, usage, args: line.slice(name.length + 1), ...rest };
}

const keys = () => import('./key-commands.js');
const watches = () => import('./watch-commands.js');
const members = () => import('./member-commands.js');
const users = () => import('./user-commands.js');
const roles = () => import('./role-commands.js');

export const COMMANDS: readonly CommandSpec[] = [
  command('backup  ', 'backup an etcd directory', {
    flags: [
      text('Path to the etcd data dir', 'data-dir'),
      text('Path to the etcd wal dir', 'wal-dir'),
      text('Path to the backup dir', 'backup-dir'),
      text('Path to the backup wal dir', 'backup-wal-dir'),
      bool('Backup v3 backend data', 'with-v3'),
    ],
    limit: 0,
    load: async () => (await import('./backup-command.js')).backup,
  }),
  command('cluster-health  ', 'check the health of the etcd cluster', {
    flags: [bool('forever check the health every 10 second until CTRL+C', 'forever', 'f')],
    limit: 0,
    load: async () => (await import('./cluster-health.js')).clusterHealth,
  }),
  command('mk <key> <value>', 'make a new key with a given value', {
    flags: [bool('create in-order key under directory <key>', 'in-order'), TTL],
    limit: 2,
    load: async () => (await keys()).mk,
  }),
  command('mkdir <key>', 'make a new directory', { flags: [TTL], limit: 1, load: async () => (await keys()).mkdir }),
  command('rm <key>', 'remove a key or a directory', {
    flags: [
      bool('removes the key if it is an empty directory or a key-value pair', 'dir'),
      bool('removes the key and all child keys(if it is a directory)', 'recursive', 'r'),
      text('previous value', 'with-value'),
      number('previous index', 'with-index'),
    ],
    limit: 1,
    load: async () => (await keys()).rm,
  }),
  command('rmdir <key>', 'removes the key if it is an empty directory or a key-value pair', {
    limit: 1,
    load: async () => (await keys()).rmdir,
  }),
  command('get <key>', 'retrieve the value of a key', {
    flags: [SORT, QUORUM],
    limit: 1,
    load: async () => (await keys()).get,
  }),
  command('ls [key]', 'retrieve a directory', {
    flags: [
      SORT,
      bool('returns all key names recursively for the given path', 'recursive', 'r'),
      bool('append slash (/) to directories', 'p'),
      QUORUM,
    ],
    limit: 1,
    load: async () => (await keys()).ls,
  }),
  command('set <key> <value>', 'set the value of a key', {
    description: [
      'Set sets the value of a key.',
      '',
      "   When <value> begins with '-', <value> is interpreted as a flag.",
      "   Insert '--' for workaround:",
      '',
      '   $ set -- <key> <value>',
    ].join('\n'),
    flags: [TTL, text('previous value', 'swap-with-value'), number('previous index', 'swap-with-index')],
    limit: 2,
    load: async () => (await keys()).set,
  }),
  command('setdir <key>', 'create a new directory or update an existing directory TTL', {
    flags: [TTL],
    limit: 1,
    load: async () => (await keys()).setdir,
  }),
  command('update <key> <value>', 'update an existing key with a given value', {
    flags: [TTL],
    limit: 2,
    load: async () => (await keys()).update,
  }),
  command('updatedir <key> <value>', 'update an existing directory', {
    flags: [TTL],
    limit: 2,
    load: async () => (await keys()).updatedir,
  }),
  command('watch <key>', 'watch a key for changes', {
    flags: [
      bool('forever watch a key until CTRL+C', 'forever', 'f'),
      AFTER_INDEX,
      bool('returns all values for key and child keys', 'recursive', 'r'),
    ],
    limit: 1,
    load: async () => (await watches()).watch,
  }),
  command('exec-watch <key> <command> [args...]', 'watch a key for changes and exec an executable', {
    flags: [AFTER_INDEX, bool('watch all values for key and child keys', 'recursive', 'r')],
    load: async () => (await watches()).execWatch,
  }),
  {
    name: 'member',
    usage: 'member add, remove and list subcommands',
    subcommands: [
      command('list  ', 'enumerate existing cluster members', { load: async () => (await members()).list }),
      command('add <name> <peerURL>', 'add a new member to the etcd cluster', {
        load: async () => (await members()).add,
      }),
      command('remove <memberID>', 'remove an existing member from the etcd cluster', {
        load: async () => (await members()).remove,
      }),
      command('update <memberID> <peerURLs>', 'update an existing member in the etcd cluster', {
        load: async () => (await members()).update,
      }),
    ],
  },
  {
    name: 'user',
    usage: 'user add, grant and revoke subcommands',
    subcommands: [
      command('add <user>', 'add a new user for the etcd cluster', { load: async () => (await users()).add }),
      command('get <user>', 'get details for a user', { load: async () => (await users()).get }),
      command('list <user>', 'list all current users', { load: async () => (await users()).list }),
      command('remove <user>', 'remove a user for the etcd cluster', { load: async () => (await users()).remove }),
      command('grant <user>', 'grant roles to an etcd user', {
        flags: [ROLES],
        load: async () => (await users()).grant,
      }),
      command('revoke <user>', 'revoke roles for an etcd user', {
        flags: [ROLES],
        load: async () => (await users()).revoke,
      }),
      command('passwd <user>', 'change password for a user', { load: async () => (await users()).passwd }),
    ],
  },
  {
    name: 'role',
    usage: 'role add, grant and revoke subcommands',
    subcommands: [
      command('add <role> ', 'add a new role for the etcd cluster', { load: async () => (await roles()).add }),
      command('get <role>', 'get details for a role', { load: async () => (await roles()).get }),
      command('list  ', 'list all roles', { load: async () => (await roles()).list }),
      command('remove <role>', 'remove a role from the etcd cluster', { load: async () => (await roles()).remove }),
      command('grant <role>', 'grant path matches to an etcd role', {
        flags: permissionFlags('Grant'),
        load: async () => (await roles()).grant,
      }),
      command('revoke <role>', 'revoke path matches for an etcd role', {
        flags: permissionFlags('Revoke'),
        load: async () => (await roles()).revoke,
      }),
    ],
  },
  {
    name: 'auth',
    usage: 'overall auth controls',
    subcommands: [
      command('enable  ', 'enable auth access controls', { load: async () => (await users()).enableAuth }),
      command('disable  ', 'disable auth access controls', { load: async () => (await users()).disableAuth }),
    ],
  },
  command('migrate [key...]', 'copy keys into the v3 API', {
    own: true,
    description: [
      'Copies the keys below the given ones (by default all) to v3 keys of the same name. Without --apply it only',
      '   tells what it would write. Keys that expire get a lease. Keys that are in v3 already are left as they are.',
      '   Hidden keys (_name) are copied only if they are given.',
    ].join('\n'),
    flags: [
      bool('write the keys', 'apply'),
      bool('write keys too that are in v3 with another value', 'overwrite'),
      text('put this in front of each v3 key', 'prefix'),
      text('endpoints of another cluster to write to, separated by commas', 'to'),
      text('v3 user[:password] to write as', 'to-user'),
    ],
    load: async () => (await import('./migrate-command.js')).migrate,
  }),
];
