import { Readable } from 'node:stream';
import { badArguments, ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, flagKey } from '../../base/flags/declare.js';
import { normalize } from '../../base/flags/normalize.js';
import { formatDuration, nanoseconds } from '../../base/go/duration.js';
import { harmless } from '../../base/terminal.js';
import { after } from '../../base/timer.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../../commands/command.js';
import { type ConnectionOptions, connectionOptions } from '../../connection/options.js';
import type { EtcdClient } from '../../etcd/client.js';
import { prefixRange } from '../../rpc/keys.js';
import { flagTable } from '../command-flags.js';
import { candidatesFor } from '../complete.js';
import { findCommand } from '../find-command.js';
import { Connections } from '../shell/connections.js';
import { BUILT_IN, History, KEPT_LINES, keptLine } from '../shell/history.js';
import { resolveKey } from '../shell/paths.js';
import { readLine, wordsOf } from '../shell/words.js';

export const spec = {
  usage: 'shell [options]',
  mostArgs: 0,
  description:
    'Takes commands line by line, without ketcdctl in front, over one connection; the options given to the shell hold for every line. cd, pwd, ls, tree and cat walk through folders of keys: what they are given begins at the current folder, or with a slash at the top. Other commands take whole keys. Tab completes; Ctrl-C ends a command, not the shell; Ctrl-D or exit ends the shell. Lines are kept in a file of this user alone (~/.local/state/ketcdctl/shell-history): of put only the key, and none with a password. Where standard input is no terminal its lines are run, and the exit code is that of the last.',
  examples: [
    'ketcdctl shell',
    'ketcdctl --endpoints file:backup.db shell # walk through a snapshot',
    "printf 'cd /registry/pods\\nls\\n' | ketcdctl shell",
  ],
  flags: { noHistory: bool('neither read nor write the file with the lines of the past') },
  noTimeout: 'unless-given',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const isTerminal = context.stdin.isTTY === true && context.stdout.isTTY;
  const shell = new Shell(context, await givenWords(context, flags), isTerminal);
  try {
    return isTerminal ? await talk(shell, context, flags) : await runLines(shell, context);
  } finally {
    shell.close();
  }
};

/** The global options of the shell as words for each line; a password that is missing is asked for once. */
async function givenWords(context: CommandContext, flags: Flags<typeof spec>): Promise<string[]> {
  const all = flags as unknown as Record<string, unknown> & { given(name: string): boolean };
  const words = context.program.globals
    .filter(({ name }) => all.given(flagKey(name)) && !name.startsWith('password'))
    .map(({ name, type }) => {
      const value = all[flagKey(name)];
      return `--${name}=${type === 'duration' ? formatDuration(nanoseconds(value as number)) : String(value)}`;
    });
  const { user, password } = context.options;
  if (user === '' || (password === '' && user.includes(':'))) return words;
  return [...words, `--password=${password || (await context.askPassword('Password: '))}`];
}

/** Where a shell is, and what it runs. */
class Shell {
  /** What keys begin with that are named without a slash in front; empty at the top. */
  folder = '';
  lastExit: number = ExitCode.Ok;
  private before = '';
  private readonly connections = new Connections();

  constructor(
    private readonly context: CommandContext,
    private readonly given: readonly string[],
    /** Whether a person sits there: commands may ask, and Ctrl-C does not end the shell. */
    private readonly isTerminal: boolean,
  ) {}

  /** Runs a line. @returns whether the shell goes on */
  async run(line: string): Promise<boolean> {
    try {
      const [name, ...words] = wordsOf(line);
      if (name === undefined) return true;
      if (name === 'exit' || name === 'quit') return false;
      this.lastExit = (await this.builtIn(name, words)) ?? (await this.command([name, ...words]));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.lastExit = error.exitCode;
      const hint = error.hint === undefined ? '' : `Hint: ${error.hint}\n`;
      await this.context.stderr.write(errorLine(error.message) + hint);
    }
    await this.context.stdout.flush();
    return true;
  }

  private async builtIn(name: string, words: readonly string[]): Promise<number | undefined> {
    if (name === 'ls' || name === 'tree') return this.command(await this.inFolder(name, words));
    if (name === 'cat') return this.command(await this.inFolder('get', ['--print-value-only', ...words]));
    if (name === 'cd') await this.changeFolder(words);
    else if (name === 'pwd') await this.context.stdout.write(`${this.folder || '/'}\n`);
    else if (name === 'shell') throw badArguments('this is a shell already', 'exit ends it');
    else return undefined;
    return ExitCode.Ok;
  }

  private async changeFolder([path = '', ...more]: readonly string[]): Promise<void> {
    if (more.length > 0) throw badArguments('cd takes one folder');
    const to = path === '-' ? this.before : path === '' ? '' : resolveKey(this.folder, path);
    const folder = to === '' || to.endsWith('/') ? to : `${to}/`;
    const { kv } = await this.client();
    const { kvs } = await kv.range({
      ...prefixRange(Buffer.from(folder)),
      limit: '1',
      keys_only: true,
      serializable: this.context.options.serializable,
    });
    if (kvs.length === 0 && folder !== '')
      throw new Failure(`there is no key below ${folder}`, { hint: 'ls tells what there is' });
    this.before = this.folder;
    this.folder = folder;
  }

  /** A command's words with its arguments as they are meant in the folder; without any it gets the folder. */
  private async inFolder(name: string, words: readonly string[]): Promise<string[]> {
    const { program } = this.context;
    const { entry } = findCommand(program, [name]);
    const { flags, args, error } = normalize(words, flagTable(program, entry, (await entry?.load?.())?.spec));
    if (error !== undefined) return [name, ...words];
    const keys = args.length > 0 ? args.map((each) => resolveKey(this.folder, each)) : [this.folder];
    return [name, ...flags, '--', ...keys.filter((each) => each !== '')];
  }

  /** The shell's own client, over the connection that the lines have. */
  private async client(): Promise<EtcdClient> {
    const password = this.given.find((word) => word.startsWith('--password='))?.slice('--password='.length);
    return this.connections.client({ ...connectionOptions(this.context), ...(password && { password }) });
  }

  readonly openClient = (options: ConnectionOptions) => this.connections.client(options);

  private async command(words: readonly string[]): Promise<number> {
    const { stdout, stderr } = this.context;
    const io = this.isTerminal
      ? { stdout, stderr, stdin: this.context.stdin, stdinFd: 0, outlivesInterrupt: true as const }
      : { stdout, stderr, stdin: Readable.from([]) as unknown as NodeJS.ReadStream };
    const running = this.context.runLine!({
      argv: [...this.givenFor(words), ...words],
      io,
      openClient: this.openClient,
    });
    return this.isTerminal ? this.interruptible(running) : running;
  }

  /** The shell's options, but for those that the line has itself. */
  givenFor(words: readonly string[]): string[] {
    const has = (name: string) => words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    return this.given.filter((word) => {
      const [name = ''] = word.slice(2).split('=', 1);
      return !has(name) && !(name === 'password' && has('user'));
    });
  }

  /** Of what does not end by itself after Ctrl-C the calls are cancelled, which ends it; a third Ctrl-C ends the process. */
  private async interruptible(running: Promise<number>): Promise<number> {
    let count = 0;
    const interrupt = () => {
      if (++count === 3) process.exit(130);
      if (count === 2) this.connections.cancel();
      else after(GRACE_MS, () => count > 0 && this.connections.cancel());
    };
    process.on('SIGINT', interrupt);
    try {
      return await running;
    } finally {
      process.off('SIGINT', interrupt);
      count = 0;
    }
  }

  close(): void {
    this.connections.close();
  }
}

/** How long a command may take to end itself. */
const GRACE_MS = 500;

/** Lines that come from a pipe or a file. */
async function runLines(shell: Shell, { stdin }: CommandContext): Promise<number> {
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: stdin, terminal: false })) if (!(await shell.run(line))) break;
  return shell.lastExit;
}

/** Lines that a person types. */
async function talk(shell: Shell, context: CommandContext, flags: Flags<typeof spec>): Promise<number> {
  const past = flags.noHistory ? undefined : History.open(context.env);
  /** The newest first, as readline has it; of this session all that was typed. */
  let history = past?.lines().reverse() ?? [];
  const complete = completerFor(shell, context);
  for (;;) {
    const prompt = `${harmless(shell.folder || '/')}> `;
    const read = await readTyped(prompt, history, complete);
    history = read.history;
    if (read.line === undefined) return shell.lastExit;
    const kept = read.line.trim() === '' ? undefined : await keptLine(context.program, wordsIn(read.line), read.line);
    if (kept !== undefined) past?.add(kept);
    if (!(await shell.run(read.line))) return shell.lastExit;
  }
}

function wordsIn(line: string): string[] {
  const { words } = readLine(line);
  return words[0] === 'ketcdctl' ? words.slice(1) : words;
}

type Completer = (line: string) => Promise<[string[], string]>;

interface Typed {
  /** Undefined: Ctrl-D. */
  line: string | undefined;
  history: string[];
}

/** An interface for each line: between them the terminal is the commands'. */
async function readTyped(prompt: string, history: string[], complete: Completer): Promise<Typed> {
  const { createInterface } = await import('node:readline');
  return new Promise((resolve) => {
    let known = history;
    let typed: string | undefined;
    const lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      prompt,
      history: [...history],
      historySize: KEPT_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) =>
        void complete(line).then((result) => done(null, result)),
    });
    lines.on('history', (changed) => {
      known = [...changed];
    });
    lines.on('SIGINT', () => {
      process.stdout.write('^C\n');
      typed = '';
      lines.close();
    });
    lines.once('line', (line) => {
      typed = line;
      lines.close();
    });
    lines.once('close', () => {
      if (typed === undefined) process.stdout.write('\n');
      resolve({ line: typed, history: known });
    });
    lines.prompt();
  });
}

const OF_FOLDER = ['cd', 'ls', 'tree', 'cat'];

/** What Tab offers: the commands' own completion, and keys of the current folder behind `cd`, `ls`, `tree` and `cat`. */
function completerFor(shell: Shell, context: CommandContext): Completer {
  const { program, mode, env } = context;
  return async (line) => {
    const { words, open, inWord } = readLine(line);
    const typed = inWord ? (words.at(-1) ?? '') : '';
    const before = inWord ? words.slice(0, -1) : words;
    if (open !== undefined || /["'\\]/.test(line)) return [[], line];
    const [name] = before;
    const isOfFolder = name !== undefined && OF_FOLDER.includes(name) && !typed.startsWith('-');
    const key = isOfFolder && typed !== '' ? resolveKey(shell.folder, typed) : shell.folder;
    const asked = isOfFolder ? ['get', key] : [...before, typed];
    const around = { mode, env, io: context };
    const { lines } = await candidatesFor(program, around, [...shell.givenFor(before), ...asked], shell.openClient);
    const found = lines.map(([value]) => value).filter((value) => !/[\s"'\\]/.test(value));
    if (isOfFolder) {
      // The typed word stays as it was typed: what is offered goes on behind it.
      const rest = found.filter((each) => name !== 'cd' || each.endsWith('/')).map((each) => each.slice(key.length));
      return [rest.map((each) => typed + each), typed];
    }
    const own = before.length === 0 ? BUILT_IN.filter((each) => each.startsWith(typed)) : [];
    const values = [...found, ...own].map((value) => (/[/=:]$/.test(value) ? value : `${value} `));
    return [values, typed];
  };
}
