/**
 * The contract between the command line (src/cli) and the commands.
 *
 * To add a command: write `src/commands/ROOM/NAME.ts` that exports `spec` and `run: Run<typeof spec>`, and give it a line in the
 * room's `index.ts` with its loader (`load: () => import('./NAME.js')`).
 *
 * A command returns nothing or an exit code and throws `Failure` for what can be expected to fail; it never prints an error
 * and never ends the process. Data goes to `context.stdout`, everything else to `context.stderr`.
 */
import type { Io, Mode } from '../base/contract.js';
import type { Completed, Flag, FlagDeclarations, FlagsOf } from '../base/flags/declare.js';
import type { ConnectionOptions } from '../connection/options.js';
import type { EtcdClient } from '../etcd/client.js';
import type { Context } from '../output/context.js';

/** What a command's module exports as `spec`. Its summary, aliases and versions stand in the room's `index.ts`. */
export interface CommandSpec {
  /** The words after `ketcdctl `: `get [options] <key> [range_end]`. */
  usage: string;
  /** Some sentences for the help text, if the summary is not enough. */
  description?: string;
  /** Whole command lines, `ketcdctl get --prefix /registry/pods/`; a comment may follow ` # `. Not shown in drop-in mode. */
  examples: readonly string[];
  flags: FlagDeclarations;
  /**
   * The command has no time limit by default: `always` ignores --command-timeout as etcdctl does for it,
   * `unless-given` honours it where it was given. Own mode honours it always. `drop-in`: only etcdctl has no limit for it.
   */
  noTimeout?: 'always' | 'unless-given' | 'drop-in';
  /** More arguments are refused, but not in drop-in mode: etcdctl passes over them, or has its own words. Without it, `run` looks. */
  mostArgs?: number;
  /** What completion offers for arguments. */
  complete?: Completed | readonly string[];
  /** Why --consistency has no meaning for it. */
  noConsistency?: string;
  /** Variables beginning with ETCDCTL_ that the command reads itself: there is no warning of them. */
  variables?: readonly string[];
}

/** A tool that a process can be: ketcdctl, a version of etcdctl or of etcdutl, auger, augerctl. */
export interface Program {
  readonly mode: Mode;
  /** What it is, in a sentence. */
  readonly about: string;
  /** The commands that it has, in the order of the help. */
  readonly commands: readonly CommandEntry[];
  /** The options of all its commands. */
  readonly globals: readonly Flag[];
  /**
   * How its help looks: ketcdctl's own; `blocks` as etcdctl had them up to 3.6; cobra's (the library that it is built with),
   * which for auger also has the descriptions and examples: those of etcd's tools speak of ketcdctl.
   */
  readonly layout: 'own' | 'blocks' | 'cobra' | 'cobra with examples';
  /** Whether a command's name may be cut short as long as it is unambiguous. */
  readonly abbreviates: boolean;
}

/** What a run of a command has around it. */
export interface CommandContext extends Context {
  /** The tool that this process is, for the commands that tell of it. */
  readonly program: Program;
  /**
   * A client for the endpoints (logged in when --user was given): one a run, the same at each call; closed by main.
   * A failed connection or login is a Failure.
   */
  connect(): Promise<EtcdClient>;
  /** Runs another command line of this tool in this process, and gives its exit code: the shell's lines. */
  runLine?(line: CommandLine): Promise<number>;
  /** The usage text of a command, which etcdctl shows before the error of a faulty line of `txn`. */
  usageOf(path: string): Promise<string>;
}

/** A command line, the streams that it has, and what opens its connections. */
export interface CommandLine {
  argv: string[];
  io: Io;
  openClient: (options: ConnectionOptions) => Promise<EtcdClient>;
}

/** Of a group without flags. */
export type NoFlags = Record<never, never>;

/** What a command reads its flags from: those of its spec, and of its group where that has some. */
export type Flags<Spec extends CommandSpec, Group extends FlagDeclarations = NoFlags> = FlagsOf<Spec['flags'] & Group>;

/** What a command's module exports as `run`: `Run<typeof spec>`. */
export type Run<Spec extends CommandSpec, Group extends FlagDeclarations = NoFlags> = (
  context: CommandContext,
  args: string[],
  flags: Flags<Spec, Group>,
) => Promise<number | undefined> | Promise<void>;

export interface CommandModule {
  spec: CommandSpec;
  /** Takes flags that were parsed by the spec beside it, and no others. */
  run: (context: CommandContext, args: string[], flags: never) => Promise<number | undefined> | Promise<void>;
}

/**
 * A command of a module that holds several, small ones: its line in the room's `index.ts` has
 * `load: async () => (await import('./user.js')).add`.
 */
export function command<const Spec extends CommandSpec>(spec: Spec, run: Run<Spec>): CommandModule {
  return { spec, run };
}

/** A command's line in the table. */
export interface CommandEntry {
  /** The words that call it: `get`, `member add`. */
  path: string;
  summary: string;
  /** The versions of etcdctl that have it, `3.4-`, `3.4-3.5` or `3.4-3.4,3.6-`; without this and `etcdutl` it is ketcdctl's own. */
  etcdctl?: string;
  /** The same for etcdutl. */
  etcdutl?: string;
  aliases?: readonly string[];
  /** Has sub-commands and does nothing itself. */
  group?: true;
  /** A group's, where its page of help says more than the summary. */
  description?: (tool: string) => string;
  hidden?: true;
  /** Flags of a group, which all its commands have too. */
  flags?: FlagDeclarations;
  /** Loads the command's module; a group has none. */
  load?: () => Promise<CommandModule>;
  /** In place of `load`: a tool of its own, which gets the rest of the command line as it is and gives the exit code. */
  tool?: () => Promise<RunTool>;
}

/** A whole tool with a command line of its own: etcdctl's old API, auger. */
export type RunTool = (argv: string[], env: NodeJS.ProcessEnv, io: Io, mode?: Mode) => Promise<number>;
