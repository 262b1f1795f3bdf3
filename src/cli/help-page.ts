import { type Flag, isDropIn, type Mode, type Output } from '../base/contract.js';
import { hasFlag } from '../base/versions.js';
import type { CommandEntry, CommandModule, CommandSpec } from '../commands/command.js';
import { groupFlags } from './find-command.js';
import { globalFlags } from './global-flags.js';

/** The help text of a command, of a group, or (without an entry) of the tool, as this mode lays it out. */
export async function helpPage(
  mode: Mode,
  entry: CommandEntry | undefined,
  out: Output,
  afterError = false,
): Promise<string> {
  const module: CommandModule | undefined = await entry?.load?.();
  const flags = commandFlags(mode, entry, module?.spec);
  if (isDropIn(mode)) {
    const { etcdctlHelp, etcdctlUsage } = await import('./help-etcdctl.js');
    const layOut = afterError ? etcdctlUsage : etcdctlHelp;
    return layOut({ mode, entry, spec: module?.spec, flags, globals: globalFlags(mode) });
  }
  const { commandPage, groupPage, overviewPage } = await import('./help.js');
  if (entry === undefined) return overviewPage(out);
  return module === undefined ? groupPage(entry, out) : commandPage(entry, module.spec, flags, out);
}

/** The flags of a command in this mode, its group's included, the global ones not. */
export function commandFlags(mode: Mode, entry: CommandEntry | undefined, spec: CommandSpec | undefined): Flag[] {
  const own = (spec?.flags ?? []).filter((flag) => hasFlag(mode, flag));
  return [...own, ...groupFlags(mode, entry).filter((flag) => !own.some((each) => each.name === flag.name))];
}
