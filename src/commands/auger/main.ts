/** auger and augerctl: which command is meant, and how their failures look. */

import type { Io } from '../../base/contract.js';
import { ExitCode, Failure, failureText } from '../../base/errors.js';
import { flagList } from '../../base/flags/declare.js';
import { isNear } from '../../base/flags/near.js';
import { FlagTable, UsageFailure } from '../../base/flags/normalize.js';
import { parseWords } from '../../base/flags/parse.js';
import { goQuote } from '../../base/go/quote.js';
import { commandHelp, commandUsage, helpFlag, programHelp } from './help.js';
import type { AugerCommand, Program } from './program.js';

/** auger's whole command line; gives the exit code. */
export async function runAuger(argv: string[], env: NodeJS.ProcessEnv, io: Io): Promise<number> {
  const { auger } = await import('./auger-program.js');
  return runProgram(auger, argv, env, io);
}

/** augerctl's. */
export async function runAugerctl(argv: string[], env: NodeJS.ProcessEnv, io: Io): Promise<number> {
  const { augerctl } = await import('./augerctl-program.js');
  return runProgram(augerctl, argv, env, io);
}

/** A command that there is not, or a flag in front of it. */
class NoCommand extends Failure {}

async function runProgram(program: Program, argv: string[], env: NodeJS.ProcessEnv, io: Io): Promise<number> {
  if (argv[0]?.startsWith('__complete')) {
    const { complete } = await import('./complete.js');
    complete(program, argv.slice(1), io.stdout);
    return ExitCode.Ok;
  }
  let command: AugerCommand | undefined;
  try {
    const found = findCommand(program, argv);
    command = found.command;
    return await runWords(program, command, found.words, env, io);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return fail(program, command, error, io);
  }
}

async function runWords(
  program: Program,
  command: AugerCommand | undefined,
  words: string[],
  env: NodeJS.ProcessEnv,
  io: Io,
): Promise<number> {
  const table = new FlagTable(flagList({ ...command?.flags, ...program.globals }), [helpFlag(program.name)]);
  const { args, flags } = parseWords<{ help: boolean }>(words, table);
  const isBareGroup = command?.subcommands !== undefined && args.length === 0;
  if (command === undefined || isBareGroup || flags.values.help) {
    const [topic] = command === undefined ? args : [];
    io.stdout.write(helpPage(program, topic === undefined ? command : commandNamed(program, topic)));
    return ExitCode.Ok;
  }
  const { maxArgs } = command;
  if (maxArgs !== undefined && args.length > maxArgs) {
    throw new UsageFailure(`accepts between 0 and ${maxArgs} arg(s), received ${args.length}`);
  }
  return (await command.run({ io, env }, args, flags.values as never)) ?? ExitCode.Ok;
}

function helpPage(program: Program, command: AugerCommand | undefined): string {
  return command === undefined ? programHelp(program) : commandHelp(program, command);
}

/** The command is the first word that is neither a flag nor a flag's value. `help` takes the word behind it. */
function findCommand(
  program: Program,
  argv: readonly string[],
): { command: AugerCommand | undefined; words: string[] } {
  const takesValue = (word: string) => {
    const flag = flagList(program.globals).find(({ name, type }) => word === `--${name}` && type !== 'bool');
    return flag !== undefined;
  };
  for (let at = 0; at < argv.length && argv[at] !== '--'; at++) {
    const word = argv[at]!;
    if (takesValue(word)) at++;
    else if (!word.startsWith('-')) {
      const words = argv.toSpliced(at, 1);
      return word === 'help' ? { command: undefined, words } : { command: commandNamed(program, word), words };
    }
  }
  return { command: undefined, words: [...argv] };
}

function commandNamed(program: Program, word: string): AugerCommand {
  const found = program.commands.find(({ name }) => name === word);
  if (found) return found;
  const near = [...program.commands.map(({ name }) => name), 'help'].filter((name) => isNear(word, name));
  const list = near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}`;
  throw new NoCommand(`unknown command ${goQuote(word)} for "${program.name}"${list}`);
}

/** auger shows the failure with the usage on standard error, and once more, alone, on standard output. */
function fail(program: Program, command: AugerCommand | undefined, error: Failure, io: Io): number {
  const message = failureText(error, true);
  const usage = command === undefined ? programHelp(program) : commandUsage(program, command);
  const behind = error instanceof NoCommand ? `Run '${program.name} --help' for usage.\n` : `${usage}\n`;
  io.stderr.write(`Error: ${message}\n${behind}`);
  io.stdout.write(`${message}\n`);
  return ExitCode.Error;
}
