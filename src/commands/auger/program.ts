import type { Io } from '../../base/contract.js';
import type { FlagDeclarations } from '../../base/flags/declare.js';

/** What a run of an auger command has around it. */
export interface Around {
  io: Io;
  env: NodeJS.ProcessEnv;
}

/** A command of auger or augerctl, with its help in their own words: scripts and people know them. */
export interface AugerCommand {
  name: string;
  /** In the list of commands. */
  short: string;
  /** On the command's own page, where there is more to say. */
  long?: string;
  /** The words behind the program's name. */
  usage: string;
  examples?: string;
  /** Name and summary of what may follow its name. */
  subcommands?: readonly (readonly [name: string, short: string])[];
  flags: FlagDeclarations;
  /** More arguments are refused; without it they are passed over. */
  maxArgs?: number;
  run(around: Around, args: string[], flags: never): Promise<number | undefined> | Promise<void>;
}

export interface Program {
  name: 'auger' | 'augerctl';
  about: string;
  commands: readonly AugerCommand[];
  /** Flags of all commands. */
  globals: FlagDeclarations;
}
