/** Which flags a command takes. */
import { type Flag, flagList } from '../base/flags/declare.js';
import { FlagTable } from '../base/flags/normalize.js';
import { hasFlag } from '../base/versions.js';
import type { CommandEntry, CommandSpec, Program } from '../commands/command.js';
import { groupFlags } from './find-command.js';
import { ALL_GLOBAL_FLAGS, HELP_FLAG } from './global-flags.js';

/** The flags of a command of this tool, its group's included, the global ones not. */
export function commandFlags(program: Program, entry: CommandEntry | undefined, spec: CommandSpec | undefined): Flag[] {
  const own = flagList(spec?.flags ?? {}).filter((flag) => hasFlag(program.mode, flag));
  return [...own, ...groupFlags(program, entry).filter((flag) => !own.some((each) => each.name === flag.name))];
}

/** All that may stand in its command line; and what this tool does not have, which keeps its default. */
export function flagTable(program: Program, entry: CommandEntry | undefined, spec: CommandSpec | undefined): FlagTable {
  const table = new FlagTable(program.globals, commandFlags(program, entry, spec), [HELP_FLAG]);
  return table.declare([...ALL_GLOBAL_FLAGS, ...flagList(spec?.flags ?? {})]);
}
