/** What auger and augerctl have beside their work. */

import { VERSION } from '../../base/build.js';
import { scripts } from '../../base/completion-scripts.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { goQuote } from '../../base/go/quote.js';
import type { AugerCommand, Program } from './program.js';

export const version: AugerCommand = {
  name: 'version',
  short: 'print current version',
  usage: 'version [flags]',
  flags: {},
  run: async ({ io }) => {
    io.stdout.write(
      `Version:\tketcdctl ${VERSION}\nNodeVersion:\t${process.version}\nOS/Arch:\t${process.platform}/${process.arch}\n`,
    );
  },
};

const SHELLS = ['bash', 'fish', 'powershell', 'zsh'];

export function completion(name: Program['name']): AugerCommand {
  return {
    name: 'completion',
    short: 'Generate the autocompletion script for the specified shell',
    long: `Generate the autocompletion script for ${name} for the specified shell.
See each sub-command's help for details on how to use the generated script.`,
    usage: 'completion [command]',
    subcommands: SHELLS.map((shell) => [shell, `Generate the autocompletion script for ${shell}`] as const),
    flags: {},
    run: async ({ io }, [shell = '']) => {
      const script = scripts[shell];
      if (script === undefined) throw new UsageFailure(`unknown command ${goQuote(shell)} for "${name} completion"`);
      io.stdout.write(script(name, '__complete'));
    },
  };
}
