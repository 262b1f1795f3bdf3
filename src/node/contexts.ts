/**
 * Contexts: clusters by name, in a file of the user's configuration folder. It holds no password; certificates are named by their
 * paths. It is the user's alone (mode 0600), and one that others could have written is not read.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/errors.js';
import { whyNotTrusted } from './trusted-file.js';

/** What a context says of a cluster; what it leaves out is as if it were not set. */
export interface ClusterContext {
  endpoints?: string[];
  cacert?: string;
  cert?: string;
  key?: string;
  insecureSkipTlsVerify?: boolean;
  /** A name; the password is asked for, or given otherwise. */
  user?: string;
  encryptionConfig?: string;
}

export interface Contexts {
  current?: string;
  contexts: Record<string, ClusterContext>;
}

/** The path of the file: `$XDG_CONFIG_HOME/ketcdctl/contexts.json`, or below `~/.config`. */
export function contextsPath(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CONFIG_HOME: config, HOME: home } = env;
  // The specification wants relative paths to be ignored.
  if (config?.startsWith('/')) return join(config, 'ketcdctl', 'contexts.json');
  return home?.startsWith('/') ? join(home, '.config', 'ketcdctl', 'contexts.json') : undefined;
}

/**
 * The contexts; none where there is no file.
 * @throws Failure for a file that others could have written, or that is damaged
 */
export function readContexts(env: NodeJS.ProcessEnv): Contexts {
  const path = contextsPath(env);
  const text = path === undefined ? undefined : readIfThere(path);
  if (path === undefined || text === undefined) return { contexts: {} };
  const problem = whyNotTrusted(path);
  if (problem !== undefined) {
    throw new Failure(`${path} is not used: ${problem}`, {
      hint: 'it says where to connect to: it has to be yours or root’s, and only yours to write (chmod go-w)',
    });
  }
  return parseContexts(text, path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw new Failure(`cannot read the contexts: ${message}`, { cause: error });
  }
}

function parseContexts(text: string, path: string): Contexts {
  const damaged = () =>
    new Failure(`${path} is damaged: no contexts can be read from it`, { hint: 'mend or remove it' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged();
  }
  const { current, contexts } = (value ?? {}) as Partial<Contexts>;
  if (typeof contexts !== 'object' || contexts === null || Array.isArray(contexts)) throw damaged();
  const checked: Record<string, ClusterContext> = Object.create(null);
  for (const [name, context] of Object.entries(contexts)) {
    if (typeof context !== 'object' || context === null || !hasRightTypes(context)) throw damaged();
    checked[name] = context;
  }
  return { ...(typeof current === 'string' && { current }), contexts: checked };
}

const TYPES: Record<keyof ClusterContext, (value: unknown) => boolean> = {
  endpoints: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  cacert: isText,
  cert: isText,
  key: isText,
  insecureSkipTlsVerify: (value) => typeof value === 'boolean',
  user: isText,
  encryptionConfig: isText,
};

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function hasRightTypes(context: object): boolean {
  return Object.entries(context).every(
    ([name, value]) => Object.hasOwn(TYPES, name) && TYPES[name as keyof ClusterContext](value),
  );
}

/**
 * The context that counts: the one that is asked for by name, or the current one.
 * @throws Failure for a name that there is not
 */
export function contextNamed(
  env: NodeJS.ProcessEnv,
  wanted: string,
): { name: string; context: ClusterContext } | undefined {
  const { current, contexts } = readContexts(env);
  const name = wanted || current;
  if (name === undefined) return undefined;
  const context = contexts[name];
  if (context !== undefined) return { name, context };
  const names = Object.keys(contexts);
  throw new Failure(`there is no context ${JSON.stringify(name)}`, {
    hint: names.length === 0 ? 'ketcdctl context add makes one' : `there are: ${names.join(', ')}`,
  });
}
