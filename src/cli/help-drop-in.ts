/** Help texts of the tools that are imitated: in the blocks that etcdctl had up to 3.6, and as cobra lays them out. */

import { isDropIn } from '../base/contract.js';
import type { Flag } from '../base/flags/declare.js';
import { blockLines, optionLines } from '../base/flags/option-lines.js';
import type { CommandEntry, CommandSpec, Program } from '../commands/command.js';
import { childrenOf, nameOf } from './find-command.js';
import { HELP_FLAG } from './global-flags.js';

export interface HelpSubject {
  program: Program;
  /** Undefined: the tool itself. */
  entry: CommandEntry | undefined;
  spec: CommandSpec | undefined;
  /** The command's own flags and its group's, as far as this tool has them. */
  flags: readonly Flag[];
}

/** The usage text, with a newline at its end. */
export function dropInHelp(subject: HelpSubject): string {
  return subject.program.layout === 'blocks' ? blockHelp(subject) : `${heading(subject)}\n\n${cobraUsage(subject)}`;
}

/** What stands below an error. */
export function dropInUsage(subject: HelpSubject): string {
  return subject.program.layout === 'blocks' ? blockHelp(subject) : cobraUsage(subject);
}

function heading({ program, entry, spec }: HelpSubject): string {
  if (entry === undefined) return program.about;
  const description = hasOwnTexts(program) ? (spec?.description ?? entry.description?.(program.mode.tool)) : undefined;
  return description ?? entry.summary;
}

/** Whether descriptions and examples are the tool's own. */
function hasOwnTexts({ layout }: Program): boolean {
  return layout === 'cobra with examples';
}

function blockHelp({ program, entry, spec, flags }: HelpSubject): string {
  const { mode, globals } = program;
  const version = isDropIn(mode) ? mode.version : '';
  const indent = version === '3.6' ? '  ' : '\t';
  const block = (title: string, lines: readonly string[]) =>
    `${title}:\n${lines.map((line) => `${indent}${line}\n`).join('')}\n`;
  const children = childrenOf(program, entry);
  const local = `OPTIONS:\n${blockLines([...flags, HELP_FLAG])}\n`;
  return [
    block('NAME', [entry === undefined ? `${mode.tool} - ${program.about}` : `${entry.path} - ${entry.summary}`]),
    block('USAGE', [usageLine(program, entry, spec)]),
    entry === undefined ? block('VERSION', [version]) : '',
    children.length > 0 ? block('API VERSION', [version]) + block('COMMANDS', commandList(children)) : '',
    entry === undefined
      ? `OPTIONS:\n${blockLines([HELP_FLAG, ...globals])}\n`
      : `${local}GLOBAL OPTIONS:\n${blockLines(globals)}\n`,
  ].join('');
}

function usageLine({ mode }: Program, entry: CommandEntry | undefined, spec: CommandSpec | undefined): string {
  if (spec !== undefined) return `${mode.tool} ${spec.usage} [flags]`;
  return entry === undefined ? `${mode.tool} [flags]` : `${mode.tool} ${entry.path} <subcommand> [flags]`;
}

function commandList(entries: readonly CommandEntry[], least = 0, gap = '  '): string[] {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const width = Math.max(...sorted.map((entry) => nameOf(entry).length), least);
  return sorted.map((entry) => `${nameOf(entry).padEnd(width)}${gap}${entry.summary}`);
}

/** cobra's least width of the column of names. */
const NAME_WIDTH = 11;

function cobraUsage({ program, entry, spec, flags }: HelpSubject): string {
  const { globals } = program;
  const children = childrenOf(program, entry);
  const path = [program.mode.tool, entry?.path].filter(Boolean).join(' ');
  // A tool with a command for its global options does not list them elsewhere.
  const listsGlobals = !program.commands.some((each) => each.path === 'options');
  const helpFlag = { ...HELP_FLAG, help: `help for ${entry === undefined ? path : nameOf(entry)}` };
  const local = entry === undefined && listsGlobals ? globals : flags;
  const isGroup = children.length > 0;
  const lines = commandList(children, NAME_WIDTH, ' ').map((line) => `  ${line}\n`);
  const examples = hasOwnTexts(program) ? (spec?.examples ?? []) : [];
  return [
    `Usage:\n  ${isGroup ? `${path} [command]` : usageLine(program, entry, spec)}\n`,
    examples.length > 0 ? `\nExamples:\n${examples.join('\n')}\n` : '',
    isGroup ? `\nAvailable Commands:\n${lines.join('')}` : '',
    `\nFlags:\n${optionLines([...local, helpFlag])}`,
    entry !== undefined && listsGlobals && globals.length > 0 ? `\nGlobal Flags:\n${optionLines(globals)}` : '',
    isGroup ? `\nUse "${path} [command] --help" for more information about a command.\n` : '',
    listsGlobals
      ? ''
      : `Use "${program.mode.tool} options" for a list of global command-line options (applies to all commands).\n`,
  ].join('');
}
