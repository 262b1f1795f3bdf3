/**
 * `__complete WORD… LAST`, which the shells' scripts call: a line `candidate<TAB>description` each, and at the end `:N` with a sum of
 * {@link Directive}s. The protocol is cobra's, so that scripts made for etcdctl work too.
 */

import type { Completed, Flag } from '../base/flags/declare.js';
import { type FlagTable, normalize } from '../base/flags/normalize.js';
import type { CommandEntry, CommandSpec, Program } from '../commands/command.js';
import { readContexts } from '../node/contexts.js';
import { flagTable } from './command-flags.js';
import type { Question } from './complete-cluster.js';
import type { OpenClient } from './context.js';
import { childrenOf, findCommand, groupFlags, nameOf } from './find-command.js';
import type { Surroundings } from './surroundings.js';

/** What the shell does with the candidates. */
export const Directive = { Default: 0, NoSpace: 2, NoFiles: 4, Directories: 16 } as const;

export interface Candidates {
  /** Value and description. */
  lines: [string, string][];
  directive: number;
}

const NOTHING: Candidates = { lines: [], directive: Directive.NoFiles };

/** Writes the candidates for the last of the words; never fails. */
export async function complete(
  program: Program,
  around: Surroundings,
  words: readonly string[],
  describe: boolean,
): Promise<void> {
  const { lines: shown, directive } = await candidatesFor(program, around, words);
  around.io.stdout.write(
    shown.map(([value, text]) => (text === '' || !describe ? `${value}\n` : `${value}\t${text}\n`)).join(''),
  );
  around.io.stdout.write(`:${directive}\n`);
}

/**
 * The candidates for the last of the words, those that begin with it; none where something fails.
 * @param openClient in place of a connection of its own
 */
export async function candidatesFor(
  program: Program,
  around: Surroundings,
  words: readonly string[],
  openClient?: OpenClient,
): Promise<Candidates> {
  const typed = words.at(-1) ?? '';
  const asked = { program, around, openClient };
  const { lines, directive } = await candidates(asked, words.slice(0, -1), typed).catch(() => NOTHING);
  // A control character would do something at the prompt.
  const shown = lines.filter(([value]) => value.startsWith(typed) && !/[\x00-\x1f\x7f-\x9f\ufffd]/.test(value));
  return { lines: shown, directive };
}

type Asked = Pick<Question, 'program' | 'around' | 'openClient'>;

async function candidates(asked: Asked, before: string[], typed: string): Promise<Candidates> {
  const { program } = asked;
  const { entry, words } = findCommand(program, before);
  const spec = (await entry?.load?.())?.spec;
  const table = flagTable(program, entry, spec);
  const { args, dashAt } = normalize(words, table);
  const inherited = [...program.globals, ...groupFlags(program, entry)];
  const question: Question = { ...asked, inherited, words, table, args };
  const waiting = dashAt === undefined ? flagWaiting(words, table) : undefined;
  if (waiting !== undefined) {
    // The flag itself waits for its value, and so is no part of the line yet.
    return flagValues(waiting, '', typed, { ...question, words: words.slice(0, -1) });
  }
  if (dashAt === undefined && typed.startsWith('-')) return flagCandidates(typed, question);
  if (entry === undefined || entry.group) return commandCandidates(program, entry);
  if (entry.path === 'help') return commandCandidates(program, findCommand(program, args).entry);
  return argumentCandidates(spec, typed, question);
}

/** The flag whose value comes next, if the last word is one without its value. */
function flagWaiting(words: readonly string[], table: FlagTable): Flag | undefined {
  const last = words.at(-1) ?? '';
  if (!last.startsWith('-') || last.includes('=')) return undefined;
  const flag = last.startsWith('--') ? table.long.get(last.slice(2)) : table.short.get(last.slice(-1));
  return flag?.type === 'bool' ? undefined : flag;
}

async function flagCandidates(typed: string, question: Question): Promise<Candidates> {
  const { table, words } = question;
  const equals = typed.indexOf('=');
  if (equals >= 0) {
    const flag = table.long.get(typed.slice(2, equals));
    return flag === undefined
      ? NOTHING
      : flagValues(flag, typed.slice(0, equals + 1), typed.slice(equals + 1), question);
  }
  const given = new Set(normalize(words, table).flags.map((word) => word.slice(2, word.indexOf('='))));
  const left = [...table.long.values()].filter(
    (flag) => !flag.hidden && (flag.type === 'strings' || !given.has(flag.name)),
  );
  const short = typed === '-' ? left.filter((flag) => flag.short !== undefined) : [];
  return {
    lines: [
      ...short.map((flag): [string, string] => [`-${flag.short}`, flag.help]),
      ...left.map((flag): [string, string] => [`--${flag.name}`, flag.help]),
    ],
    directive: Directive.NoFiles,
  };
}

/** @param prefix what stands before the value in the same word: `--name=` */
async function flagValues(flag: Flag, prefix: string, typed: string, question: Question): Promise<Candidates> {
  if (flag.complete !== undefined) return withPrefix(prefix, await valuesOf(flag.complete, typed, question));
  const values = flag.choices ?? (flag.type === 'bool' ? ['true', 'false'] : []);
  // Of a comma list the last is typed.
  const list = flag.type === 'strings' ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  return withPrefix(prefix, plain(values.map((value) => list + value)));
}

function withPrefix(prefix: string, { lines, directive }: Candidates): Candidates {
  return { lines: lines.map(([value, text]) => [prefix + value, text]), directive };
}

function plain(values: readonly string[]): Candidates {
  return { lines: values.map((value) => [value, '']), directive: Directive.NoFiles };
}

/** What a flag or an argument of a kind may be. */
async function valuesOf(what: Completed, typed: string, question: Question): Promise<Candidates> {
  if (what === 'file') return { lines: [], directive: Directive.Default };
  if (what === 'directory') return { lines: [], directive: Directive.Directories };
  if (what === 'context') return plain(Object.keys(readContexts(question.around.env).contexts));
  if (what === 'endpoint') {
    const { endpointCandidates } = await import('./complete-endpoint.js');
    const { lines, goesOn } = endpointCandidates(typed, question.around.env);
    return { lines, directive: Directive.NoFiles + (goesOn ? Directive.NoSpace : 0) };
  }
  const { clusterCandidates } = await import('./complete-cluster.js');
  const found = plain(await clusterCandidates(what, typed, question));
  return what === 'key' && found.lines.length > 0
    ? { ...found, directive: Directive.NoFiles + Directive.NoSpace }
    : found;
}

function commandCandidates(program: Program, parent: CommandEntry | undefined): Candidates {
  const children = childrenOf(program, parent).filter((entry) => !entry.hidden);
  return { lines: children.map((entry) => [nameOf(entry), entry.summary]), directive: Directive.NoFiles };
}

/** Arguments that may stand more than once. */
const REPEATED: readonly unknown[] = ['key', 'object', 'file', 'directory'] satisfies Completed[];

async function argumentCandidates(
  spec: CommandSpec | undefined,
  typed: string,
  question: Question,
): Promise<Candidates> {
  const what = spec?.complete;
  if (what === undefined || (question.args.length > 0 && !REPEATED.includes(what))) return NOTHING;
  return typeof what === 'string' ? valuesOf(what, typed, question) : plain(what);
}
