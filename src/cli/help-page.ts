import type { Output } from '../base/contract.js';
import type { CommandEntry, CommandModule, Program } from '../commands/command.js';
import { commandFlags } from './command-flags.js';

/**
 * The help text of a command, of a group, or (without an entry) of the tool.
 * @param afterError for the place below an error, where cobra leaves away what the command is for
 */
export async function helpPage(
  program: Program,
  entry: CommandEntry | undefined,
  out: Output,
  afterError = false,
): Promise<string> {
  const module: CommandModule | undefined = await entry?.load?.();
  const flags = commandFlags(program, entry, module?.spec);
  if (program.layout !== 'own') {
    const { dropInHelp, dropInUsage } = await import('./help-drop-in.js');
    return (afterError ? dropInUsage : dropInHelp)({ program, entry, spec: module?.spec, flags });
  }
  const { commandPage, groupPage, overviewPage } = await import('./help.js');
  if (entry === undefined) return overviewPage(program, out);
  return module === undefined ? groupPage(program, entry, out) : commandPage(entry, module.spec, flags, out);
}
