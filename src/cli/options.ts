import { readFileSync } from 'node:fs';
import { atLeast, type GlobalOptions, type Io, isDropIn, type Mode } from '../base/contract.js';
import { badArguments, ExitCode, Failure } from '../base/errors.js';
import { type Flag, flagKey, longName } from '../base/flags/declare.js';
import type { ParsedFlags } from '../base/flags/parse.js';
import { variableOf } from '../base/flags/value.js';
import { readLine } from '../base/input.js';
import type { CommandSpec } from '../commands/command.js';
import { applyEnvironment } from './environment.js';
import type { GlobalFlags } from './global-flags.js';
import type { Surroundings } from './surroundings.js';
import { TARGET_OPTIONS, type Target, targetOf } from './target.js';

/** What a command says about itself that the options depend on. */
export interface OptionRules {
  noTimeout: CommandSpec['noTimeout'] | undefined;
  /** ETCDCTL_ variables of the tool that are no settings, and draw no warning. */
  variables: readonly string[];
}

/**
 * Puts the global options together from command line, environment and defaults.
 * @param inherited the global flags and those of the command's group
 * @throws Failure for a conflict, and for values that can't be used whatever the command does with them
 */
export function resolveOptions(
  inherited: readonly Flag[],
  parsed: ParsedFlags<GlobalFlags>,
  rules: OptionRules,
  around: Surroundings,
): GlobalOptions {
  applyEnvironment(inherited, parsed, {
    mode: around.mode,
    env: around.env,
    io: around.io,
    others: [...rules.variables, ...apiVariable(around.mode)],
  });
  if (!isDropIn(around.mode) && around.env.ETCDCTL_API === '2') {
    around.io.stderr.write('warning: ETCDCTL_API=2 does not change the API here: use ketcdctl v2\n');
  }
  const flags = parsed.values;
  if (flags.debug) printSettings(inherited, parsed, around.io);
  for (const name of ['cert', 'key', 'cacert'] as const) refuseEmptyPath(flags, name);
  if (!isDropIn(around.mode)) refuseNegativeTimes(flags);
  const options = {
    discoverySrv: flags.discoverySrv,
    discoverySrvName: flags.discoverySrvName,
    insecureDiscovery: flags.insecureDiscovery,
    dialTimeout: flags.dialTimeout,
    commandTimeout: commandTimeout(flags, rules.noTimeout, around.mode),
    keepaliveTime: flags.keepaliveTime,
    keepaliveTimeout: flags.keepaliveTimeout,
    insecureTransport: flags.insecureTransport,
    password: flags.password || passwordFromFile(flags.passwordFile, around.io),
    authJwtToken: flags.authJwtToken,
    maxRequestBytes: Number(flags.maxRequestBytes),
    maxRecvBytes: Number(flags.maxRecvBytes),
    writeOut: flags.writeOut,
    serializable: isSerializable(flags, around.mode),
    hex: flags.hex,
    lockTimeout: flags.timeout,
    debug: flags.debug,
    decode: decodeMode(flags, around.mode),
    given: givenOptions(inherited, parsed),
  };
  return withTargetLater(options, () => targetOf(flags, around));
}

/** What names the cluster is looked for when it is asked for: a node has many processes and files to look through. */
function withTargetLater(options: Omit<GlobalOptions, keyof Target>, find: () => Target): GlobalOptions {
  let target: Target | undefined;
  for (const key of TARGET_OPTIONS) {
    Object.defineProperty(options, key, {
      enumerable: true,
      get: () => {
        target ??= find();
        return target[key];
      },
    });
  }
  return options as GlobalOptions;
}

function givenOptions(inherited: readonly Flag[], parsed: ParsedFlags<GlobalFlags>): GlobalOptions['given'] {
  const keys = inherited.filter((flag) => parsed.given(flag)).map(({ name }) => flagKey(name));
  return new Set(keys as (keyof GlobalOptions | 'passwordFile')[]);
}

/** 3.4 and 3.5 know ETCDCTL_API, later versions warn of it; own mode has only the API that is meant by 3. */
function apiVariable(mode: Mode): string[] {
  return isDropIn(mode) && atLeast(mode, '3.6') ? [] : ['ETCDCTL_API'];
}

function commandTimeout(flags: GlobalFlags, noTimeout: OptionRules['noTimeout'], mode: Mode): number {
  if (!isLimited(flags.given('commandTimeout'), noTimeout, isDropIn(mode))) return 0;
  const milliseconds = flags.commandTimeout;
  // To etcdctl it means that the time is already over.
  return milliseconds <= 0 ? (isDropIn(mode) ? -1 : 0) : milliseconds;
}

function isLimited(given: boolean, noTimeout: OptionRules['noTimeout'], dropIn: boolean): boolean {
  if (noTimeout === undefined) return true;
  if (noTimeout === 'drop-in') return !dropIn;
  return given && (noTimeout === 'unless-given' || !dropIn);
}

function isSerializable({ consistency }: GlobalFlags, mode: Mode): boolean {
  if (isDropIn(mode) || consistency === 'l') return false;
  if (consistency === 's') return true;
  throw new Failure(`unknown --consistency ${consistency}`, {
    exitCode: ExitCode.BadFeature,
    hint: '--consistency takes l (linearizable) or s (serializable)',
  });
}

function decodeMode(flags: GlobalFlags, mode: Mode): GlobalOptions['decode'] {
  if (isDropIn(mode)) return 'none';
  const decode = flags.decode;
  if (decode === 'auto' || decode === 'k8s' || decode === 'none') return decode;
  throw new Failure(`unknown --decode ${decode}`, {
    exitCode: ExitCode.BadFeature,
    hint: '--decode takes auto, k8s or none',
  });
}

/** To etcdctl such a time is over before it begins, which it tells as an unreachable server. */
function refuseNegativeTimes(flags: GlobalFlags): void {
  for (const name of ['dialTimeout', 'keepaliveTime', 'keepaliveTimeout'] as const) {
    if (flags[name] < 0) throw badArguments(`--${longName(name)} is a time, which cannot be negative`);
  }
}

function refuseEmptyPath(flags: GlobalFlags, name: 'cert' | 'key' | 'cacert'): void {
  if (flags.given(name) && flags[name] === '') {
    throw new Failure(`empty string is passed to --${name} option`, { exitCode: ExitCode.BadArgs });
  }
}

/** The first line of a file; `-` is standard input, whose other lines are left for the command. */
function passwordFromFile(path: string, { stdinFd }: Io): string {
  if (path === '') return '';
  try {
    return path === '-' ? readLine(stdinFd) : readFileSync(path, 'utf8').split(/\r?\n/, 1)[0]!;
  } catch (error) {
    const reason = (error as Error).message;
    throw new Failure(`cannot read the password file: ${reason}`, { exitCode: ExitCode.BadArgs, cause: error });
  }
}

/** `ETCDCTL_NAME=value` of every setting, for --debug; secrets are masked. */
function printSettings(inherited: readonly Flag[], flags: ParsedFlags<GlobalFlags>, io: Io): void {
  const settings = inherited.filter((flag) => flag.env).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  io.stderr.write(settings.map((flag) => `${variableOf(flag)}=${shown(flag, flags)}\n`).join(''));
}

function shown(flag: Flag, flags: ParsedFlags<GlobalFlags>): string {
  const text = flags.format(flag);
  if (flag.name === 'user' && flags.values.password === '') return text.replace(/:.*/, ':***');
  return text !== '' && (flag.name === 'password' || flag.name === 'auth-jwt-token') ? '***' : text;
}
