import { isDropIn } from '../../base/contract.js';
import { optionLines } from '../../base/flags/option-lines.js';
import { writeStyled } from '../../base/terminal.js';
import type { CommandSpec, Run } from '../../commands/command.js';
import { optionsPage } from '../help.js';

export const spec = {
  usage: 'options',
  mostArgs: 0,
  description: 'Shows the options that every command takes, and the environment variables that set them.',
  examples: ['ketcdctl options'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async ({ mode, program, stdout }) => {
  const flags = program.globals;
  if (!isDropIn(mode)) writeStyled(stdout, await optionsPage(flags, stdout));
  else stdout.write(`The following options can be passed to any command:\n\n${optionLines(flags)}`);
};
