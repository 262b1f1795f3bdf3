/** Settings from `ETCDCTL_…` variables. */

import { type Io, isDropIn, type Mode } from '../base/contract.js';
import { ExitCode, Failure, SilentFailure } from '../base/errors.js';
import type { Flag } from '../base/flags/declare.js';
import type { ParsedFlags } from '../base/flags/parse.js';
import { VALUES, variableOf } from '../base/flags/value.js';
import { goQuote } from '../base/go/quote.js';

export interface EnvironmentRules {
  mode: Mode;
  env: NodeJS.ProcessEnv;
  io: Pick<Io, 'stderr'>;
  /** Variables that are not settings, and are not to be warned about. */
  others: readonly string[];
}

/**
 * Sets the flags (those with `env`) that have a variable. Own mode: a flag on the command line wins, and a value that does not
 * parse is an error. Drop-in mode: a flag beside its variable is refused, and a value that does not parse is passed over.
 * @throws Failure
 */
export function applyEnvironment(flags: readonly Flag[], values: ParsedFlags<object>, rules: EnvironmentRules): void {
  const onCommandLine = new Set(flags.filter((flag) => values.given(flag)).map(variableOf));
  const settings = new Map(flags.filter((flag) => flag.env).map((flag) => [variableOf(flag), flag]));
  for (const [name, flag] of settings) {
    const text = rules.env[name];
    if (text && !onCommandLine.has(name)) setFromVariable(flag, name, text, values, rules);
  }
  for (const [name, text] of Object.entries(rules.env)) {
    if (!name.startsWith('ETCDCTL_') || rules.others.includes(name)) continue;
    if (!settings.has(name)) warnUnknown(name, text ?? '', rules);
    else if (isDropIn(rules.mode) && onCommandLine.has(name)) refuseShadowed(name, rules);
  }
}

function setFromVariable(
  flag: Flag,
  name: string,
  text: string,
  values: ParsedFlags<object>,
  rules: EnvironmentRules,
): void {
  try {
    values.set(flag, text);
  } catch (error) {
    if (isDropIn(rules.mode)) return;
    throw new Failure(`${name} takes ${VALUES[flag.type]}, not ${goQuote(text)}`, {
      exitCode: ExitCode.BadArgs,
      cause: error,
    });
  }
}

function refuseShadowed(name: string, { mode, io }: EnvironmentRules): never {
  const advice = 'is shadowed by corresponding command-line flag (either unset environment variable or disable flag)';
  const line = is34(mode)
    ? `${logTime34()} C | pkg/flags: conflicting environment variable ${goQuote(name)} ${advice}\n`
    : logLine('fatal', 'flags/flag.go:85', `conflicting environment variable ${advice})`, name);
  io.stderr.write(line);
  throw new SilentFailure();
}

function is34(mode: Mode): boolean {
  return isDropIn(mode) && mode.version === '3.4';
}

function warnUnknown(name: string, text: string, { mode, io }: EnvironmentRules): void {
  if (!isDropIn(mode)) io.stderr.write(`warning: ${name} is not a setting of ketcdctl\n`);
  else if (is34(mode)) {
    io.stderr.write(`${logTime34()} W | pkg/flags: unrecognized environment variable ${name}=${text}\n`);
  } else io.stderr.write(logLine('warn', 'flags/flag.go:94', 'unrecognized environment variable', `${name}=${text}`));
}

/** A log line of etcd 3.5 and later. */
function logLine(level: string, caller: string, msg: string, variable: string): string {
  return `${JSON.stringify({ level, ts: localTime('T') + zone(), caller, msg, 'environment-variable': variable })}\n`;
}

function logTime34(): string {
  return localTime(' ');
}

/** `2026-01-02T15:04:05.000000`. */
function localTime(between: string): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  return `${local.slice(0, 23).replace('T', between)}000`;
}

/** `+0100`, or `Z`. */
function zone(): string {
  const minutes = -new Date().getTimezoneOffset();
  if (minutes === 0) return 'Z';
  const part = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${part(minutes / 60)}${part(minutes % 60)}`;
}
