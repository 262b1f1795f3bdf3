import { scripts } from '../../base/completion-scripts.js';
import { isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { goQuote } from '../../base/go/quote.js';
import type { CommandModule, CommandSpec, Run } from '../../commands/command.js';

const SHELLS = Object.keys(scripts);

export const spec = {
  usage: 'completion bash|zsh|fish|powershell',
  description:
    'Prints a script that teaches the shell to complete commands, options and their values, kinds, namespaces, names of objects, members, contexts, file:PATH, and keys (up to the next /), from the cluster that the command line, the environment, a context or this node names. A cluster has 300 ms to answer (KETCDCTL_COMPLETION_LIMIT: milliseconds); what it answered is kept for a minute below ~/.cache/ketcdctl, a folder of this user alone.',
  examples: [
    'source <(ketcdctl completion bash) # this shell; for all: into /etc/bash_completion.d/ketcdctl',
    'ketcdctl completion zsh > ~/.zfunc/_ketcdctl # a folder of fpath, before compinit',
    'ketcdctl completion fish > ~/.config/fish/completions/ketcdctl.fish',
  ],
  flags: { noDescriptions: bool('offer names without descriptions', { until: '3.4' }) },
  complete: SHELLS,
} satisfies CommandSpec;

export const run: Run<typeof spec> = async ({ mode, stdout, usageOf }, args, flags) => {
  const script = args.length === 1 || isOld(mode) ? scripts[args[0] ?? ''] : undefined;
  if (script === undefined && isOld(mode)) {
    stdout.write(await usageOf('completion'));
    return;
  }
  if (script === undefined) throw wrongArguments(mode, args);
  stdout.write(script(mode.tool, flags.noDescriptions ? '__completeNoDesc' : '__complete'));
};

/** auger's command for one shell. */
export function scriptFor(shell: string): CommandModule {
  return {
    spec: { usage: `completion ${shell}`, examples: [], flags: {} },
    run: async ({ mode, stdout }) => {
      stdout.write(scripts[shell]!(mode.tool, '__complete'));
    },
  };
}

/** In 3.4 the shells were commands of a group. */
function isOld(mode: Mode): boolean {
  return isDropIn(mode) && mode.version === '3.4';
}

function wrongArguments(mode: Mode, args: readonly string[]): Failure {
  const text =
    args.length === 1
      ? `invalid argument ${goQuote(args[0]!)} for "${mode.tool} completion"`
      : `accepts 1 arg(s), received ${args.length}`;
  if (isDropIn(mode)) return new UsageFailure(text);
  return new Failure(text, { exitCode: ExitCode.BadArgs, hint: `name one of the shells: ${SHELLS.join(', ')}` });
}
