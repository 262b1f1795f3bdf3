import { atLeast } from '../../base/contract.js';
import { ExitCode } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import { writeStyled } from '../../base/terminal.js';
import type { CommandSpec, Run } from '../../commands/command.js';
import { findCommand, UnknownCommand } from '../find-command.js';
import { helpPage } from '../help-page.js';

export const spec = {
  usage: 'help [command]',
  examples: ['ketcdctl help get', 'ketcdctl help member add'],
  flags: {},
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args) => {
  const { mode, program, env, stdout, stderr } = context;
  try {
    const { entry } = findCommand(program, args);
    if (entry?.tool !== undefined) return (await entry.tool())(['--help'], env, context, mode);
    writeStyled(stdout, await helpPage(program, entry, stdout));
  } catch (error) {
    if (!(error instanceof UnknownCommand) || program.layout === 'own') throw error;
    stderr.write(`Unknown help topic [${args.map((arg) => backQuote(arg)).join(' ')}]\n`);
    const usage = await helpPage(program, undefined, stdout);
    (atLeast(mode, '3.7') ? stderr : stdout).write(usage);
  }
  return ExitCode.Ok;
};

/** Go's %#q. */
function backQuote(text: string): string {
  return /[`\x00-\x1f\x7f]/.test(text) ? goQuote(text) : `\`${text}\``;
}
