import { isDropIn, type Mode, type Output } from '../base/contract.js';
import type { CommandEntry, CommandModule } from '../commands/command.js';
import { commandFlags } from './command-flags.js';
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
