/** Which flags a command takes. */
import type { Mode } from '../base/contract.js';
import { type Flag, flagList } from '../base/flags/declare.js';
import { FlagTable } from '../base/flags/normalize.js';
import { hasFlag } from '../base/versions.js';
import type { CommandEntry, CommandSpec } from '../commands/command.js';
import { groupFlags } from './find-command.js';
import { ALL_GLOBAL_FLAGS, globalFlags, HELP_FLAG } from './global-flags.js';

/** The flags of a command in this mode, its group's included, the global ones not. */
export function commandFlags(mode: Mode, entry: CommandEntry | undefined, spec: CommandSpec | undefined): Flag[] {
  const own = flagList(spec?.flags ?? {}).filter((flag) => hasFlag(mode, flag));
  return [...own, ...groupFlags(mode, entry).filter((flag) => !own.some((each) => each.name === flag.name))];
}

/** All that may stand in its command line; and what this mode does not have, which keeps its default. */
export function flagTable(mode: Mode, entry: CommandEntry | undefined, spec: CommandSpec | undefined): FlagTable {
  const table = new FlagTable(globalFlags(mode), commandFlags(mode, entry, spec), [HELP_FLAG]);
  return table.declare([...ALL_GLOBAL_FLAGS, ...flagList(spec?.flags ?? {})]);
}
