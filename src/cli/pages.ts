/** What there is to say of every command, for whoever lays it out: the option tables of the docs, manual pages. */
import { type Flag, flagList } from '../base/flags/declare.js';
import type { CommandEntry, CommandSpec } from '../commands/command.js';
import { commandFlags } from './command-flags.js';
import { programOf } from './program.js';

/** A command of own mode, or a group of them. */
export interface CommandPage {
  /** The words that call it: `member add`. */
  path: string;
  /** Behind the program's name: `get [options] <key> [range_end]`; of a group `member COMMAND`. */
  usage: string;
  summary: string;
  description: string;
  /** The command's options and its group's, in the order of the help. */
  options: readonly Flag[];
  /** Whole command lines; a comment may follow ` # `. */
  examples: readonly string[];
  aliases: readonly string[];
}

const OWN = programOf({ tool: 'ketcdctl' });

/** The pages of all commands, in the order of `ketcdctl help`. */
export async function commandPages(): Promise<CommandPage[]> {
  const pages = await Promise.all(OWN.commands.map(pageOf));
  return pages.filter((page) => page !== undefined);
}

/** The options that every command takes. */
export function globalOptions(): readonly Flag[] {
  return OWN.globals;
}

async function pageOf(entry: CommandEntry): Promise<CommandPage | undefined> {
  if (entry.hidden) return undefined;
  const common = { path: entry.path, summary: entry.summary, aliases: entry.aliases ?? [] };
  if (entry.group) {
    const options = flagList(entry.flags ?? {});
    return { ...common, usage: `${entry.path} COMMAND`, description: '', options, examples: [] };
  }
  if (entry.load === undefined) return undefined;
  const { spec }: { spec: CommandSpec } = await entry.load();
  const options = commandFlags(OWN, entry, spec).filter((flag) => !flag.hidden);
  return { ...common, usage: spec.usage, description: spec.description ?? '', options, examples: spec.examples };
}
