/** Own mode's help pages: commander's layout, with colour on a terminal. */

import { Command, Help, type Option } from 'commander';
import type { Output } from '../base/contract.js';
import { type Flag, flagList } from '../base/flags/declare.js';
import { FlagOption } from '../base/flags/option.js';
import { variableOf } from '../base/flags/value.js';
import type { CommandEntry, CommandSpec, Program } from '../commands/command.js';
import { childrenOf, nameOf } from './find-command.js';

const WIDEST = 110;

/** The commands at the top, by what they are for; those of no section stand under the last heading. */
const SECTIONS: readonly [string, string][] = [
  ['Keys:', 'get put del txn watch compaction ls tree history diff'],
  ['Kubernetes:', 'k8s decode encode extract analyze checksum'],
  ['Leases, locks, mirrors:', 'lease lock elect make-mirror'],
  [
    'Cluster:',
    'where doctor certs upgrade context member endpoint alarm defrag recover recover-space move-leader downgrade check',
  ],
  ['Snapshots and data directories:', 'snapshot hashkv migrate backup'],
  ['Access:', 'auth user role'],
];

/** What `ketcdctl` alone shows. */
export async function overviewPage(program: Program, out: Output): Promise<string> {
  const command = page('ketcdctl', '[global options] COMMAND', program.about);
  addCommands(
    command,
    childrenOf(program, undefined),
    (name) => SECTIONS.find(([, names]) => names.split(' ').includes(name))?.[0] ?? 'Other:',
  );
  const more = [
    'ketcdctl help COMMAND    what a command takes, with examples',
    'ketcdctl options         options that every command takes',
  ];
  return render(
    command,
    out,
    examples(
      [
        'ketcdctl get /registry/namespaces/default',
        'ketcdctl --endpoints file:backup.db get --prefix --keys-only /registry/pods/',
        'ketcdctl endpoint status --cluster -w table',
      ],
      more,
    ),
  );
}

/** The page of a group: its commands. */
export async function groupPage(program: Program, entry: CommandEntry, out: Output): Promise<string> {
  const command = page(`ketcdctl ${entry.path}`, 'COMMAND', `${entry.summary}.`);
  addCommands(command, childrenOf(program, entry), () => 'Commands:');
  addFlags(command, flagList(entry.flags ?? {}), 'Options:');
  return render(command, out, `\nketcdctl help ${entry.path} COMMAND shows what a command takes.\n`);
}

/** The page of a command. */
export async function commandPage(
  entry: CommandEntry,
  spec: CommandSpec,
  flags: readonly Flag[],
  out: Output,
): Promise<string> {
  const text = spec.description === undefined ? `${entry.summary}.` : `${entry.summary}.\n\n${spec.description}`;
  const command = page('ketcdctl', spec.usage, text);
  addFlags(command, flags, 'Options:');
  return render(
    command,
    out,
    examples(spec.examples, ['ketcdctl options shows the options that every command takes.']),
  );
}

/** What `ketcdctl options` shows. */
export async function optionsPage(flags: readonly Flag[], out: Output): Promise<string> {
  const command = page(
    'ketcdctl',
    '[global options] COMMAND',
    'Options that every command takes, before or after its name.',
  );
  addFlags(command, flags, 'Global options:');
  const example = flags.find((flag) => flag.name === 'command-timeout');
  const variable = example === undefined ? '' : ` --${example.name} by ${variableOf(example)}`;
  return render(
    command,
    out,
    `\nEach can be set by an environment variable too:${variable}. An option on the command line wins.\n`,
  );
}

function page(name: string, usage: string, description: string): Command {
  return new Command(name).usage(usage).description(description).helpOption(false).helpCommand(false);
}

function addCommands(command: Command, entries: readonly CommandEntry[], heading: (name: string) => string): void {
  for (const entry of entries) {
    if (entry.hidden) continue;
    const child = new Command(nameOf(entry)).description(entry.summary).helpGroup(heading(nameOf(entry)));
    command.addCommand(child);
  }
}

function addFlags(command: Command, flags: readonly Flag[], heading: string): void {
  for (const flag of flags) command.addOption(new FlagOption(flag).helpGroup(heading));
}

function examples(lines: readonly string[], more: readonly string[]): string {
  const shown = lines.length === 0 ? '' : `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  return `${shown}\n${more.map((line) => `${line}\n`).join('')}`;
}

async function render(command: Command, out: Output, after: string): Promise<string> {
  const help = Object.assign(new OwnHelp(), await styleFor(out));
  help.helpWidth = Math.min(out.isTTY ? process.stdout.columns || 80 : 80, WIDEST);
  return help.formatHelp(command, help) + after.replace(/^Examples:$/m, help.styleTitle('Examples:'));
}

/** commander's layout, with each option's letter, value and default as the flag declares them. */
class OwnHelp extends Help {
  /** `-w, --write-out <FORMAT>`; long names stand below each other. */
  override optionTerm(option: Option): string {
    const { short, name, type, value } = flagOf(option);
    const letter = short === undefined ? '    ' : `-${short}, `;
    return `${letter}--${name}${type === 'bool' ? '' : ` <${value ?? type}>`}`;
  }

  /** Choices and the variable are told by the words of the description, or once for all. */
  override optionDescription(option: Option): string {
    const { help, default: byDefault = '' } = flagOf(option);
    return byDefault === '' || byDefault === '0' ? help : `${help} (default: ${byDefault})`;
  }
}

function flagOf(option: Option): Flag {
  if (option instanceof FlagOption) return option.flag;
  throw new TypeError(`${option.long} is no declared flag`);
}

/** Bold headings and coloured names where a person looks at a terminal that may show colours. */
async function styleFor(out: Output): Promise<Partial<Help>> {
  if (!out.isTTY || process.env.NO_COLOR) return {};
  const { default: chalk } = await import('chalk');
  return {
    styleTitle: (text) => chalk.bold(text),
    styleOptionTerm: (text) => chalk.cyan(text),
    styleSubcommandTerm: (text) => chalk.cyan(text),
  };
}
