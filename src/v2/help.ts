/** The help texts, in the layout of urfave/cli, made of the table of commands. */
import { type CommandSpec, GLOBAL_FLAGS, HELP_FLAGS } from './command-table.js';
import type { FlagSpec } from './flags.js';

export interface Program {
  /** What stands in front of the commands. */
  name: string;
  version: string;
  commands: readonly CommandSpec[];
}

type Row = readonly [name: string, text: string];

const SUMMARY = 'A simple command line client for etcd.';
const HELP_ROW: Row = ['help, h', 'Shows a list of commands or help for one command'];

export function appHelp(program: Program): string {
  return [
    `NAME:\n   ${program.name} - ${SUMMARY}\n`,
    `USAGE:\n   ${program.name} [global options] command [command options] [arguments...]\n`,
    `VERSION:\n   ${program.version}\n`,
    `COMMANDS:\n${table([...rows(program.commands), HELP_ROW])}`,
    `GLOBAL OPTIONS:\n${table(GLOBAL_FLAGS.map(flagRow))}`,
  ].join('\n');
}

/** What the program says to an empty command name. */
export function levelHelp(program: Program): string {
  return level(program.name, SUMMARY, [...rows(program.commands), HELP_ROW], GLOBAL_FLAGS);
}

/** A group called without a sub-command. */
export function groupHelp(program: Program, group: CommandSpec): string {
  return level(`${program.name} ${group.name}`, group.usage, rows(group.subcommands ?? []), HELP_FLAGS);
}

/** `GROUP help`, which takes the group for a program. */
export function groupHelpAsApp(program: Program, group: CommandSpec): string {
  const name = `${program.name} ${group.name}`;
  return [
    `NAME:\n   ${name} - ${group.usage}\n`,
    `USAGE:\n   ${name} [global options] command [command options] [arguments...]\n`,
    `VERSION:\n   ${program.version}\n`,
    `COMMANDS:\n${table(rows(group.subcommands ?? []))}`,
    `GLOBAL OPTIONS:\n${table(HELP_FLAGS.map(flagRow))}`,
  ].join('\n');
}

export function commandHelp(program: Program, command: CommandSpec, parents: readonly string[]): string {
  const name = [program.name, ...parents, command.name].join(' ');
  const flags = command.flags ?? [];
  return [
    `NAME:\n   ${name} - ${command.usage}\n`,
    `USAGE:\n   ${name}${flags.length > 0 ? ' [command options]' : ''} ${command.args ?? '[arguments...]'}\n`,
    ...(command.description ? [`DESCRIPTION:\n   ${command.description}\n`] : []),
    ...(flags.length > 0 ? [options(flags)] : []),
  ].join('\n');
}

/** What `help help` says: above the groups, the command for help has no name of its own. */
export function helpCommandHelp(name = ''): string {
  return `NAME:\n   ${name} - ${HELP_ROW[1]}\n\nUSAGE:\n   ${name} [command]\n`;
}

function level(name: string, summary: string, commands: Row[], flags: readonly FlagSpec[]): string {
  return [
    `NAME:\n   ${name} - ${summary}\n`,
    `USAGE:\n   ${name} command [command options] [arguments...]\n`,
    `COMMANDS:\n${table(commands)}`,
    options(flags),
  ].join('\n');
}

function options(flags: readonly FlagSpec[]): string {
  return `OPTIONS:\n${table(flags.map(flagRow))}   \n`;
}

function rows(commands: readonly CommandSpec[]): Row[] {
  return commands.map(({ name, usage }) => [name, usage]);
}

function flagRow({ names, type, usage, placeholder = 'value', default: preset }: FlagSpec): Row {
  const value = type === 'bool' ? '' : ` ${placeholder}`;
  const spellings = names.map((name) => `${name.length > 1 ? '--' : '-'}${name}${value}`);
  const shown = preset === undefined ? '' : ` (default: ${type === 'string' ? JSON.stringify(preset) : preset})`;
  return [spellings.join(', '), usage + shown];
}

function table(lines: readonly Row[]): string {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, text]) => `   ${name.padEnd(width)}${text}\n`).join('');
}
