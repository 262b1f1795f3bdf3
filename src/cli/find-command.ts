/** Which command the words of a command line name, by the rules of cobra (the library that etcdctl is built with). */

import { atLeast, isDropIn, type Mode } from '../base/contract.js';
import type { FailureOptions } from '../base/errors.js';
import { type Flag, flagList } from '../base/flags/declare.js';
import { isNear, nearest } from '../base/flags/near.js';
import { FlagTable, UsageFailure } from '../base/flags/normalize.js';
import { argBytes } from '../base/go/argument-bytes.js';
import { goQuote } from '../base/go/quote.js';
import { hasFlag } from '../base/versions.js';
import type { CommandEntry, Program } from '../commands/command.js';
import { HELP_FLAG } from './global-flags.js';
import { hintForWord } from './other-words.js';

export interface Found {
  /** Undefined: no command was named. */
  entry: CommandEntry | undefined;
  /** The words without the command's own: flags from before and after it, and arguments. */
  words: string[];
}

/** No such command; etcdctl prints it in another form than other malformed command lines. */
export class UnknownCommand extends UsageFailure {
  constructor(message: string, options: FailureOptions = {}) {
    super(message, { errorCode: 'unknown-command', ...options });
  }
}

/**
 * Finds the command: flags may stand before, between and after its words, and a name may be cut short as long as it is
 * unambiguous (not for auger). Since the flags that only the command has are not known yet, an unknown flag is taken to have a value.
 * @throws UnknownCommand; not for what follows a group of etcd's tools, which show the group's usage then.
 */
export function findCommand(program: Program, words: readonly string[]): Found {
  let entry: CommandEntry | undefined;
  let rest = [...words];
  const helpFlag = knowsHelpEarly(program.mode) ? [HELP_FLAG] : [];
  for (;;) {
    const at = firstArgument(rest, new FlagTable(program.globals, groupFlags(program, entry), helpFlag));
    if (at < 0) return { entry, words: rest };
    const next = childNamed(program, entry, rest[at]!);
    if (next === undefined) {
      if (entry !== undefined && isDropIn(program.mode)) return { entry, words: rest };
      throw unknownCommand(program, entry, rest[at]!);
    }
    rest = rest.toSpliced(at, 1);
    entry = next;
    if (!next.group) return belowCommand(program, next, rest, at);
  }
}

/** A command may have others below it: the next word names one, or is an argument. */
function belowCommand(program: Program, entry: CommandEntry, words: string[], at: number): Found {
  const below = childrenOf(program, entry).find((each) => nameOf(each) === words[at]);
  return below ? { entry: below, words: words.toSpliced(at, 1) } : { entry, words };
}

/** Older tools of etcd learn of --help only when they have found the command. */
function knowsHelpEarly(mode: Mode): boolean {
  return mode.tool !== 'etcdutl' && atLeast(mode, '3.7');
}

/** The flags that a command has from its group. */
export function groupFlags(program: Program, entry: CommandEntry | undefined): Flag[] {
  if (entry === undefined) return [];
  const path = parentPath(entry);
  const group = entry.group ? entry : program.commands.find((each) => each.path === path);
  if (group && !group.group) return groupFlags(program, group);
  return flagList(group?.flags ?? {}).filter((flag) => hasFlag(program.mode, flag));
}

/** The commands right below a group, or at the top. */
export function childrenOf({ commands }: Program, entry: CommandEntry | undefined): CommandEntry[] {
  const before = entry === undefined ? '' : `${entry.path} `;
  return commands.filter(({ path }) => path.startsWith(before) && !path.includes(' ', before.length));
}

/** The last word of its path. */
export function nameOf(entry: CommandEntry): string {
  return entry.path.slice(entry.path.lastIndexOf(' ') + 1);
}

function parentPath(entry: CommandEntry): string {
  return entry.path.slice(0, Math.max(entry.path.lastIndexOf(' '), 0));
}

/** Index of the first word that is neither a flag nor a flag's value; -1 when there is none before a `--`. */
function firstArgument(words: readonly string[], table: FlagTable): number {
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') return -1;
    if (!word.startsWith('-')) {
      if (word !== '') return at;
    } else if (takesNextWord(word, table)) at++;
  }
  return -1;
}

function takesNextWord(word: string, table: FlagTable): boolean {
  if (word.includes('=')) return false;
  if (word.startsWith('--')) {
    const flag = table.long.get(word.slice(2));
    return flag?.type !== 'bool' && flag?.bare === undefined;
  }
  return Buffer.byteLength(word) === 2 && table.short.get(word.slice(1))?.type !== 'bool';
}

function childNamed(program: Program, parent: CommandEntry | undefined, word: string): CommandEntry | undefined {
  const children = childrenOf(program, parent);
  const exact = children.find((each) => nameOf(each) === word || each.aliases?.includes(word));
  if (exact !== undefined || !program.abbreviates) return exact;
  const begun = children.filter((each) => nameOf(each).startsWith(word));
  if (begun.length === 1) return begun[0];
  // What is unambiguous for etcdctl stays so beside ketcdctl's own commands.
  const etcdctls = begun.filter((each) => each.etcdctl !== undefined);
  return etcdctls.length === 1 ? etcdctls[0] : undefined;
}

/** The order in which etcdctl registers its commands, which is the order of its suggestions. */
const ETCDCTL_ORDER =
  'get put del txn compaction alarm defrag endpoint move-leader watch version lease member snapshot make-mirror migrate lock elect auth user role check completion downgrade options help'.split(
    ' ',
  );

function unknownCommand(program: Program, parent: CommandEntry | undefined, word: string): UnknownCommand {
  const { tool } = program.mode;
  const shown = childrenOf(program, parent).filter((each) => !each.hidden);
  const names = shown.map(nameOf);
  const path = parent === undefined ? '' : ` ${parent.path}`;
  const message = `unknown command ${goQuote(argBytes(word))} for "${tool}${path}"`;
  if (program.layout !== 'own') {
    const near = names.filter((name) => isNear(word, name));
    near.sort((a, b) => ETCDCTL_ORDER.indexOf(a) - ETCDCTL_ORDER.indexOf(b));
    const list = near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}`;
    return new UnknownCommand(message + list);
  }
  const near = nearest(word, names);
  const didYouMean =
    near.length === 0 ? `ketcdctl help${path} lists what there is` : `did you mean ${near.join(' or ')}?`;
  return new UnknownCommand(message, {
    hint: oldCommand(path, word) ?? hintForWord(parent?.path ?? '', word) ?? didYouMean,
  });
}

const V2_COMMANDS = [
  'mk',
  'mkdir',
  'rm',
  'rmdir',
  'set',
  'setdir',
  'update',
  'updatedir',
  'exec-watch',
  'cluster-health',
];

/** Where a command of the old API went. */
function oldCommand(path: string, word: string): string | undefined {
  if (path !== '' || !V2_COMMANDS.includes(word)) return undefined;
  return `${word} is a command of the old API: ketcdctl v2 ${word}`;
}
