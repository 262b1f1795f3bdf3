/** From the command line to the exit code. */

import { atLeast, type Io, type Mode } from '../base/contract.js';
import { badArguments, ExitCode, SilentFailure } from '../base/errors.js';
import type { Flag } from '../base/flags/declare.js';
import { UsageFailure } from '../base/flags/normalize.js';
import { type ParsedFlags, parseWords } from '../base/flags/parse.js';
import { argBytes } from '../base/go/argument-bytes.js';
import { goQuote } from '../base/go/quote.js';
import { compileWhenLong } from '../base/long-run.js';
import { dropLostTerminals, processIo } from '../base/streams.js';
import { safeIo, writeStyled } from '../base/terminal.js';
import type { CommandEntry, CommandSpec, Program } from '../commands/command.js';
import { commandFlags, flagTable } from './command-flags.js';
import { makeContext, type OpenClient } from './context.js';
import { findCommand, groupFlags } from './find-command.js';
import type { GlobalFlags } from './global-flags.js';
import { helpPage } from './help-page.js';
import { type Identity, identify, processName } from './mode.js';
import { isOldLine } from './old-line.js';
import { resolveOptions } from './options.js';
import { programOf } from './program.js';
import { type Running, report } from './report.js';

/** What a tool is started with. */
export interface Start {
  /** The name that it was called by. */
  name: string;
  /** What follows the name. */
  argv: string[];
  env: NodeJS.ProcessEnv;
  io: Io;
  /** In place of connections to the endpoints, where a test answers. */
  openClient?: OpenClient;
}

/** Runs what the process was started for, and ends it. */
export async function runProcess(): Promise<void> {
  compileWhenLong();
  const io = processIo();
  // What a listener or a timer of ours throws is told in the same way as other faults.
  const running = notYetKnown();
  process.on('uncaughtException', (error) => void fail(error, running, io).then(leave));
  leave(await runTool({ name: processName(), argv: await processArguments(), env: process.env, io }, running));
}

/** Terminals are not closed in the moment that most commands take, and to ask for them takes its time. */
const SHORT_RUN_MS = 1000;

function leave(exitCode: number): never {
  if (performance.now() > SHORT_RUN_MS && !('Bun' in globalThis)) dropLostTerminals();
  process.exit(exitCode);
}

/** Until it is known as which tool it was started. */
function notYetKnown(): Running {
  return { program: programOf({ tool: 'ketcdctl' }), entry: undefined, debug: false, env: process.env };
}

async function processArguments(): Promise<string[]> {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  return (await import('./raw-arguments.js')).rawArguments(words);
}

/** Runs a command line, tells of its failure if it fails, and gives the exit code; everything is written when it returns. */
export async function runTool(start: Start, running: Running = notYetKnown()): Promise<number> {
  try {
    const exitCode = await dispatch(start, running);
    await start.io.stdout.flush();
    return exitCode;
  } catch (error) {
    return fail(error, running, start.io);
  }
}

/** A drop-in writes to a terminal what the tool itself would write. */
function shownIo({ layout }: Program, io: Io): Io {
  return layout === 'own' ? safeIo(io) : io;
}

async function fail(error: unknown, running: Running, io: Io): Promise<number> {
  await io.stdout.flush().catch(() => undefined);
  const exitCode = await report(error, running, shownIo(running.program, io));
  await io.stdout.flush().catch(() => undefined);
  return exitCode;
}

async function dispatch(start: Start, running: Running): Promise<number> {
  const { argv, env } = start;
  const identity = identify(start.name, env);
  const { mode } = identity;
  if (mode.tool !== running.program.mode.tool) running.program = programOf(mode);
  const { program } = running;
  const io = shownIo(program, start.io);
  const oldMode = oldApi(identity, env);
  if (oldMode !== undefined) return (await import('../v2/main.js')).runV2(argv, env, io, oldMode);
  if (argv[0] === '__complete' || argv[0] === '__completeNoDesc') {
    const { complete } = await import('./complete.js');
    await complete(program, { mode, env, io }, argv.slice(1), argv[0] === '__complete');
    return ExitCode.Ok;
  }
  refuseApi(mode, env, io);
  return runCommand({ ...start, io }, running);
}

/**
 * As what the old etcdctl runs where ETCDCTL_API=2 asks for it: 3.4 and 3.5 have it, and so has a drop-in of no certain version, which
 * is then 3.4, the version that most who still use the old API have.
 */
function oldApi({ mode, versionGiven }: Identity, env: NodeJS.ProcessEnv): Mode | undefined {
  if (mode.tool !== 'etcdctl' || env.ETCDCTL_API !== '2') return undefined;
  if (!versionGiven) return { ...mode, version: '3.4' };
  return atLeast(mode, '3.6') ? undefined : mode;
}

/** etcdctl 3.4 and 3.5 have two APIs to choose from and refuse another number; later ones do not look. */
function refuseApi(mode: Mode, env: NodeJS.ProcessEnv, io: Io): void {
  const wanted = env.ETCDCTL_API;
  if (mode.tool !== 'etcdctl' || atLeast(mode, '3.6') || !wanted || wanted === '3') return;
  io.stderr.write(`unsupported API version${mode.version === '3.4' ? '' : ':'} ${wanted}\n`);
  throw new SilentFailure();
}

async function runCommand({ argv, env, io, openClient }: Start, running: Running): Promise<number> {
  const { program } = running;
  const { mode } = program;
  // etcdctl has no such flag, but people try it.
  const asked = mode.tool === 'ketcdctl' && argv.length === 1 && argv[0] === '--version' ? ['version'] : argv;
  if (mode.tool === 'ketcdctl' && (await isOldLine(asked))) {
    io.stderr.write('warning: a command line of the old API, run as ketcdctl v2\n');
    return (await import('../v2/main.js')).runV2(asked, env, io, mode);
  }
  const { entry, words } = findCommand(program, asked);
  running.entry = entry;
  if (entry?.tool !== undefined) return (await entry.tool())(words, env, io, mode);
  const module = await entry?.load?.();
  const { args, flags } = parseWords<GlobalFlags & { help: boolean }>(words, flagTable(program, entry, module?.spec));
  running.debug = flags.values.debug;
  if (module === undefined || flags.values.help) {
    writeStyled(io.stdout, await helpPage(program, entry, io.stdout));
    return ExitCode.Ok;
  }
  refuseMissing(commandFlags(program, entry, module.spec), flags);
  if (program.layout === 'own') {
    refuseMore(args, module.spec, entry);
    refuseConsistency(module.spec, flags.values);
  }
  const around = { mode, env, io };
  const inherited = [...program.globals, ...groupFlags(program, entry)];
  const rules = { noTimeout: module.spec.noTimeout, variables: module.spec.variables ?? [] };
  const context = makeContext(program, around, () => resolveOptions(inherited, flags, rules, around), openClient);
  context.runLine = (line) => runTool({ name: mode.tool, env, ...line });
  try {
    return (await module.run(context, args, flags.values as never)) ?? ExitCode.Ok;
  } finally {
    await context.close();
  }
}

function refuseConsistency({ noConsistency }: CommandSpec, flags: GlobalFlags): void {
  if (noConsistency !== undefined && flags.given('consistency')) throw new UsageFailure(noConsistency);
}

/** What is left over was meant for something, which would silently not be done. */
function refuseMore(args: readonly string[], { usage, mostArgs = Infinity }: CommandSpec, entry?: CommandEntry): void {
  if (args.length <= mostArgs) return;
  const most = mostArgs === 0 ? 'no arguments' : `at most ${mostArgs} ${mostArgs === 1 ? 'argument' : 'arguments'}`;
  const left = args.slice(mostArgs).map((arg) => goQuote(argBytes(arg)));
  throw badArguments(`${entry?.path} takes ${most}: ${left.join(' ')} is too many`, `usage: ketcdctl ${usage}`);
}

function refuseMissing(own: readonly Flag[], flags: ParsedFlags<object>): void {
  const missing = own.filter((flag) => flag.required && !flags.given(flag)).map((flag) => `"${flag.name}"`);
  if (missing.length > 0) throw new UsageFailure(`required flag(s) ${missing.sort().join(', ')} not set`);
}
