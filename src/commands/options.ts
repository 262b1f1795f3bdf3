import { type CommandSpec, isDropIn, type Run } from '../cli/command.js';
import { globalFlags } from '../cli/global-flags.js';
import { optionsPage } from '../cli/help.js';
import { optionLines } from '../cli/help-etcdctl.js';

export const spec: CommandSpec = {
  usage: 'options',
  description: 'Shows the options that every command takes, and the environment variables that set them.',
  examples: ['ketcdctl options'],
  flags: [],
};

export const run: Run = async ({ mode, stdout }) => {
  const flags = globalFlags(mode);
  if (!isDropIn(mode)) stdout.write(await optionsPage(flags, stdout));
  else stdout.write(`The following options can be passed to any command:\n\n${optionLines(flags)}`);
};
