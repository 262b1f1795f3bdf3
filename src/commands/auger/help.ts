/** Help in the layout of cobra, the library that auger is built with. */
import { bool, type Flag, flagList } from '../../base/flags/declare.js';
import { optionLines } from '../../base/flags/option-lines.js';
import type { AugerCommand, Program } from './program.js';

/** The program's own page. */
export function programHelp(program: Program): string {
  const { name, about, globals } = program;
  const rows = [...program.commands.map((each) => [each.name, each.short] as const), HELP_ROW];
  return `${about}\n\n${groupUsage(name, '[command]', rows, optionLines([...flagList(globals), helpFlag(name)]))}`;
}

const HELP_ROW = ['help', 'Help about any command'] as const;

/** A command's page. */
export function commandHelp(program: Program, command: AugerCommand): string {
  return `${command.long ?? command.short}\n\n${commandUsage(program, command)}`;
}

/** The part of a page that stands behind an error too. */
export function commandUsage({ name, globals }: Program, command: AugerCommand): string {
  const options = optionLines([...flagList(command.flags), helpFlag(command.name)]);
  if (command.subcommands) return groupUsage(name, command.usage, command.subcommands, options);
  const examples = command.examples === undefined ? '' : `\nExamples:\n${command.examples}\n`;
  const inherited = Object.keys(globals).length === 0 ? '' : `\nGlobal Flags:\n${optionLines(flagList(globals))}`;
  return `Usage:\n  ${name} ${command.usage}\n${examples}\nFlags:\n${options}${inherited}`;
}

/** The flag as the help of a program or command describes it. */
export function helpFlag(name: string): Flag {
  return { name: 'help', ...bool(`help for ${name}`, { short: 'h' }) };
}

function groupUsage(
  program: string,
  usage: string,
  rows: readonly (readonly [string, string])[],
  options: string,
): string {
  const sorted = rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(...rows.map(([name]) => name.length), NAME_WIDTH);
  const list = sorted.map(([name, short]) => `  ${name.padEnd(width)} ${short}\n`).join('');
  const path = [program, usage.replace(/ ?\[command\]$/, '')].filter(Boolean).join(' ');
  return `Usage:\n  ${program} ${usage}\n\nAvailable Commands:\n${list}\nFlags:\n${options}\nUse "${path} [command] --help" for more information about a command.\n`;
}

/** cobra's least width of the column of names. */
const NAME_WIDTH = 11;
