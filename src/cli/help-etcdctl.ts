/** Help texts in the layouts of etcdctl: blocks up to 3.6, cobra's own since 3.7. etcdutl has cobra's in every version. */

import { atLeast, type Mode, type Version } from '../base/contract.js';
import type { Flag } from '../base/flags/declare.js';
import { blockLines, optionLines } from '../base/flags/option-lines.js';
import type { CommandEntry, CommandSpec } from '../commands/command.js';
import { childrenOf, nameOf } from './find-command.js';
import { HELP_FLAG } from './global-flags.js';

export interface HelpSubject {
  mode: Extract<Mode, { version: Version }>;
  /** Undefined: the tool itself. */
  entry: CommandEntry | undefined;
  spec: CommandSpec | undefined;
  /** The command's own flags and its group's, as far as this mode has them. */
  flags: readonly Flag[];
  globals: readonly Flag[];
}

/** The usage text, with a newline at its end. */
export function etcdctlHelp(subject: HelpSubject): string {
  if (!isCobra(subject)) return blockHelp(subject);
  const { entry } = subject;
  return `${entry === undefined ? `${ABOUT}.` : entry.summary}\n\n${cobraUsage(subject)}`;
}

/** What stands below an error: cobra's layout leaves away what the command is for. */
export function etcdctlUsage(subject: HelpSubject): string {
  return isCobra(subject) ? cobraUsage(subject) : blockHelp(subject);
}

function isCobra({ mode }: HelpSubject): boolean {
  return mode.tool === 'etcdutl' || atLeast(mode, '3.7');
}

function blockHelp({ mode, entry, spec, flags, globals }: HelpSubject): string {
  const indent = mode.version === '3.6' ? '  ' : '\t';
  const block = (title: string, lines: readonly string[]) =>
    `${title}:\n${lines.map((line) => `${indent}${line}\n`).join('')}\n`;
  const children = childrenOf(mode, entry);
  const local = `OPTIONS:\n${blockLines([...flags, HELP_FLAG])}\n`;
  return [
    block('NAME', [entry === undefined ? `${mode.tool} - ${ABOUT}` : `${entry.path} - ${entry.summary}`]),
    block('USAGE', [usageLine(mode, entry, spec)]),
    entry === undefined ? block('VERSION', [mode.version]) : '',
    children.length > 0 ? block('API VERSION', [mode.version]) + block('COMMANDS', commandList(children)) : '',
    entry === undefined
      ? `OPTIONS:\n${blockLines([HELP_FLAG, ...globals])}\n`
      : `${local}GLOBAL OPTIONS:\n${blockLines(globals)}\n`,
  ].join('');
}

const ABOUT = 'A command line client for etcd, served by ketcdctl';

function usageLine(mode: Mode, entry: CommandEntry | undefined, spec: CommandSpec | undefined): string {
  if (spec !== undefined) return `${mode.tool} ${spec.usage} [flags]`;
  return entry === undefined ? `${mode.tool} [flags]` : `${mode.tool} ${entry.path} <subcommand> [flags]`;
}

function commandList(entries: readonly CommandEntry[]): string[] {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const width = Math.max(...sorted.map((entry) => nameOf(entry).length));
  return sorted.map((entry) => `${nameOf(entry).padEnd(width)}  ${entry.summary}`);
}

function cobraUsage({ mode, entry, spec, flags, globals }: HelpSubject): string {
  const children = childrenOf(mode, entry);
  const usage =
    children.length > 0
      ? `${[mode.tool, entry?.path].filter(Boolean).join(' ')} [command]`
      : usageLine(mode, entry, spec);
  const commandBlock =
    children.length === 0
      ? ''
      : `\nAvailable Commands:\n${commandList(children)
          .map((line) => `  ${line}\n`)
          .join('')}`;
  const seeOptions =
    mode.tool === 'etcdctl'
      ? 'Use "etcdctl options" for a list of global command-line options (applies to all commands).\n'
      : '';
  const globalBlock = mode.tool === 'etcdutl' ? `\nGlobal Flags:\n${optionLines(globals)}` : '';
  return `Usage:\n  ${usage}\n${commandBlock}\nFlags:\n${optionLines([...flags, HELP_FLAG])}${globalBlock}${seeOptions}`;
}
