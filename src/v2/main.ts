/** The old API: what `ETCDCTL_API=2 etcdctl` is, reached under that name or as `ketcdctl v2`. */
import type { Io, Mode } from '../base/contract.js';
import { abortAfter } from '../base/timer.js';
import { ClusterClient, isConnectionError } from './cluster-client.js';
import { COMMANDS, type CommandSpec, GLOBAL_FLAGS, HELP_FLAGS } from './command-table.js';
import { type CommandWords, type FlagValues, parseAnywhere, parseLeading, TwoFormsError, UsageError } from './flags.js';
import { appHelp, commandHelp, groupHelp, groupHelpAsApp, helpCommandHelp, levelHelp, type Program } from './help.js';
import type { HttpTransport } from './http-transport.js';
import { Ending, is35, keyFailure, plainFailure, type Run, V2Exit } from './run.js';
import { findEndpoints, readSettings, type Settings, tlsFiles } from './settings.js';

/**
 * Runs a v2 command line.
 * @param argv what follows the program's name (or `v2`)
 * @returns the exit code; nothing is left running but programs that exec-watch started
 * @throws Ending for what can be expected to fail
 */
export async function runV2(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  io: Io,
  mode: Mode = { tool: 'etcdctl', version: '3.4' },
): Promise<number> {
  return new CommandLine(env, io, mode).run(argv);
}

class CommandLine {
  private readonly program: Program;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly io: Io,
    private readonly mode: Mode,
  ) {
    const own = mode.tool === 'ketcdctl';
    this.program = {
      name: own ? 'ketcdctl v2' : 'etcdctl',
      version: is35(mode) ? '3.5.33' : '3.4.23',
      commands: COMMANDS.filter((command) => own || !command.own),
    };
  }

  async run(argv: readonly string[]): Promise<number> {
    const { program } = this;
    const { flags, rest } = this.parse(
      () => parseLeading(GLOBAL_FLAGS, argv),
      (error) =>
        error instanceof TwoFormsError
          ? `${error.message}\n${appHelp(program)}`
          : `Incorrect Usage. ${error.message}\n\n${appHelp(program)}`,
    );
    if (flags.bool('help')) return this.print(appHelp(program));
    if (flags.bool('version')) return this.print(`etcdctl version: ${program.version}\nAPI version: 2\n`);
    const [name, ...words] = rest;
    if (name === undefined) return this.print(appHelp(program));
    if (name === 'help' || name === 'h') return this.help(words);
    const command = program.commands.find((one) => one.name === name);
    if (!command) return this.print(this.topic(name));
    return command.subcommands ? this.runGroup(command, flags, words) : this.runCommand(command, [], flags, words);
  }

  private async runGroup(group: CommandSpec, globals: FlagValues, words: string[]): Promise<number> {
    const { program } = this;
    const { flags, rest } = this.parse(
      () => parseLeading(HELP_FLAGS, words),
      (error) =>
        error instanceof TwoFormsError
          ? `${error.message}\n\n${groupHelp(program, group)}`
          : `Incorrect Usage. ${error.message}\n\n${groupHelp(program, group)}`,
    );
    const [name, ...others] = rest;
    if (flags.bool('help') || name === undefined) return this.print(groupHelp(program, group));
    if (name === 'help' || name === 'h') {
      return this.print(others[0] === undefined ? groupHelpAsApp(program, group) : this.topic(others[0], group));
    }
    const command = group.subcommands?.find((one) => one.name === name);
    if (!command) return this.print(this.topic(name, group));
    return this.runCommand(command, [group.name], globals, others);
  }

  private async runCommand(
    command: CommandSpec,
    parents: string[],
    globals: FlagValues,
    words: string[],
  ): Promise<number> {
    const help = () => commandHelp(this.program, command, parents);
    const parsed = this.parse(
      () => parseAnywhere([...(command.flags ?? []), ...HELP_FLAGS], words, command.limit ?? Number.POSITIVE_INFINITY),
      (error) => `Incorrect Usage: ${error.message}\n\n${help()}`,
    );
    if (parsed.flags.bool('help')) return this.print(help());
    const action = await command.load!();
    const run = new CommandRun(this.env, this.io, this.mode, globals, parsed);
    try {
      return await action(run);
    } finally {
      run.close();
    }
  }

  private help(words: string[]): number {
    const { args, flags } = this.parse(
      () => parseAnywhere(HELP_FLAGS, words, Number.POSITIVE_INFINITY),
      (error) => `Incorrect Usage: ${error.message}\n\n${helpCommandHelp()}`,
    );
    if (flags.bool('help')) return this.print(helpCommandHelp());
    return this.print(args[0] === undefined ? appHelp(this.program) : this.topic(args[0]));
  }

  /** The help text for a command of the program or of a group. */
  private topic(name: string, group?: CommandSpec): string {
    const commands = group ? (group.subcommands ?? []) : this.program.commands;
    if (name === '') return group ? groupHelp(this.program, group) : levelHelp(this.program);
    if (name === 'help' || name === 'h') {
      return helpCommandHelp(group ? `${this.program.name} ${group.name} help` : '');
    }
    const command = commands.find((one) => one.name === name);
    if (!command) throw new Ending(V2Exit.UnknownCommand, `No help topic for '${name}'\n`);
    return commandHelp(this.program, command, group ? [group.name] : []);
  }

  private parse<T>(read: () => T, help: (error: UsageError) => string): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.io.stdout.write(help(error));
      throw new Ending(V2Exit.Error, `${error.message}\n`);
    }
  }

  private print(text: string): number {
    this.io.stdout.write(text);
    return V2Exit.Ok;
  }
}

class CommandRun implements Run {
  readonly settings: Settings;
  readonly flags: FlagValues;
  readonly args: string[];
  readonly dashes: number | undefined;
  private http: Promise<HttpTransport> | undefined;
  private closing = () => {};

  constructor(
    readonly env: NodeJS.ProcessEnv,
    readonly io: Io,
    readonly mode: Mode,
    readonly globals: FlagValues,
    words: CommandWords,
  ) {
    this.settings = readSettings(globals, env);
    this.flags = words.flags;
    this.args = words.args;
    this.dashes = words.dashes;
  }

  transport(): Promise<HttpTransport> {
    this.http ??= this.openTransport();
    return this.http;
  }

  private async openTransport(): Promise<HttpTransport> {
    const { HttpTransport } = await import('./http-transport.js');
    const files = await tlsFiles(this.settings);
    files.settings.load();
    // etcdctl reads a pair at once, for plain endpoints too.
    await files.settings.check();
    const transport = new HttpTransport(files);
    this.closing = () => transport.close();
    return transport;
  }

  async connect({ sync = true } = {}): Promise<ClusterClient> {
    const client = await this.openClient().catch((error: unknown) => {
      throw plainFailure(error);
    });
    if (sync && !this.settings.noSync) await this.synchronize(client);
    this.debug(`Cluster-Endpoints: ${client.endpoints.join(', ')}`);
    return client;
  }

  private async openClient(): Promise<ClusterClient> {
    const { settings, io } = this;
    const endpoints = await findEndpoints(settings, (line) => io.stderr.write(`${line}\n`));
    const transport = await this.transport();
    const credentials = settings.user
      ? await (await import('./password.js')).splitUser(io, this.mode, settings.user, 'Password: ')
      : undefined;
    const trace = settings.debug ? (line: string) => this.debug(line) : undefined;
    return new ClusterClient({
      transport,
      endpoints,
      headerTimeout: settings.timeout,
      // An empty name is no login.
      credentials: credentials?.user ? credentials : undefined,
      trace,
    });
  }

  /** Goes on with the members' own addresses. Whatever but a failed connection goes wrong will go wrong again with the command. */
  private async synchronize(client: ClusterClient): Promise<void> {
    const { MembersApi } = await import('./members-api.js');
    this.debug(`start to sync cluster using endpoints(${client.endpoints.join(',')})`);
    try {
      const members = await new MembersApi(client).list(this.deadline());
      const published = members.flatMap((member) => member.clientURLs);
      if (published.length === 0) throw this.nothingPublished(client);
      client.useEndpoints(published);
    } catch (error) {
      if (error instanceof Ending) throw error;
      if (isConnectionError(error)) throw keyFailure(V2Exit.BadConnection, error);
    }
    this.debug(`got endpoints(${client.endpoints.join(',')}) after sync`);
  }

  private nothingPublished(client: ClusterClient): Ending {
    const given = client.endpoints.join(',');
    return new Ending(
      V2Exit.ServerError,
      `etcd cluster has no published client endpoints.\nTry '--no-sync' if you want to access non-published client endpoints(${given}).\nError:  client: no endpoints available\n`,
    );
  }

  private debug(line: string): void {
    if (this.settings.debug) this.io.stderr.write(`${line}\n`);
  }

  deadline(): AbortSignal {
    const { totalTimeout } = this.settings;
    if (totalTimeout < 1) return AbortSignal.abort();
    return abortAfter(totalTimeout);
  }

  close(): void {
    this.closing();
  }
}
