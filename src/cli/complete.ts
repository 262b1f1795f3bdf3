/**
 * `__complete WORD… LAST`, which the shells' scripts call: a line `candidate<TAB>description` each, and at the end `:N` with a sum of
 * {@link Directive}s. The protocol is cobra's, so that scripts made for etcdctl work too.
 */

import type { Flag } from '../base/flags/declare.js';
import { type FlagTable, normalize } from '../base/flags/normalize.js';
import type { CommandEntry, CommandSpec, Program } from '../commands/command.js';
import { flagTable } from './command-flags.js';
import { childrenOf, findCommand, groupFlags, nameOf } from './find-command.js';
import type { Surroundings } from './surroundings.js';

/** What the shell does with the candidates. */
const Directive = { Default: 0, NoSpace: 2, NoFiles: 4, Directories: 16 } as const;

interface Candidates {
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
  const typed = words.at(-1) ?? '';
  const { lines, directive } = await candidates(program, around, words.slice(0, -1), typed).catch(() => NOTHING);
  const shown = lines.filter(([value]) => value.startsWith(typed) && !/[\n\t]/.test(value));
  around.io.stdout.write(
    shown.map(([value, text]) => (text === '' || !describe ? `${value}\n` : `${value}\t${text}\n`)).join(''),
  );
  around.io.stdout.write(`:${directive}\n`);
}

async function candidates(
  program: Program,
  around: Surroundings,
  before: string[],
  typed: string,
): Promise<Candidates> {
  const { entry, words } = findCommand(program, before);
  const spec = (await entry?.load?.())?.spec;
  const table = flagTable(program, entry, spec);
  const { args, dashAt } = normalize(words, table);
  const waiting = dashAt === undefined ? flagWaiting(words, table) : undefined;
  if (waiting !== undefined) return flagValues(waiting, '');
  if (dashAt === undefined && typed.startsWith('-')) return flagCandidates(typed, table, words);
  if (entry === undefined || entry.group) return commandCandidates(program, entry);
  if (entry.path === 'help') return commandCandidates(program, findCommand(program, args).entry);
  if (spec?.complete !== 'key') return argumentCandidates(spec, args);
  const { keyCandidates } = await import('./complete-keys.js');
  const inherited = [...program.globals, ...groupFlags(program, entry)];
  const keys = await keyCandidates(typed, { program, around, inherited, words, table });
  return { lines: keys.map((key) => [key, '']), directive: Directive.NoFiles + Directive.NoSpace };
}

/** The flag whose value comes next, if the last word is one without its value. */
function flagWaiting(words: readonly string[], table: FlagTable): Flag | undefined {
  const last = words.at(-1) ?? '';
  if (!last.startsWith('-') || last.includes('=')) return undefined;
  const flag = last.startsWith('--') ? table.long.get(last.slice(2)) : table.short.get(last.slice(-1));
  return flag?.type === 'bool' ? undefined : flag;
}

function flagCandidates(typed: string, table: FlagTable, words: readonly string[]): Candidates {
  const equals = typed.indexOf('=');
  if (equals >= 0) {
    const flag = table.long.get(typed.slice(2, equals));
    return flag === undefined ? NOTHING : flagValues(flag, typed.slice(0, equals + 1));
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

function flagValues(flag: Flag, prefix: string): Candidates {
  if (flag.complete === 'file') return { lines: [], directive: Directive.Default };
  if (flag.complete === 'directory') return { lines: [], directive: Directive.Directories };
  const values = flag.choices ?? (flag.type === 'bool' ? ['true', 'false'] : []);
  return { lines: values.map((value) => [prefix + value, '']), directive: Directive.NoFiles };
}

function commandCandidates(program: Program, parent: CommandEntry | undefined): Candidates {
  const children = childrenOf(program, parent).filter((entry) => !entry.hidden);
  return { lines: children.map((entry) => [nameOf(entry), entry.summary]), directive: Directive.NoFiles };
}

function argumentCandidates(spec: CommandSpec | undefined, args: readonly string[]): Candidates {
  if (spec?.complete === 'file') return { lines: [], directive: Directive.Default };
  if (spec?.complete === 'directory') return { lines: [], directive: Directive.Directories };
  if (!Array.isArray(spec?.complete) || args.length > 0) return NOTHING;
  return { lines: spec.complete.map((value: string) => [value, '']), directive: Directive.NoFiles };
}
