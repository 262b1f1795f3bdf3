/** From the command line to the exit code. */

import { BUILD } from '../base/build.js';
import { atLeast, type Io, isDropIn, type Mode } from '../base/contract.js';
import { badArguments, ExitCode, Failure, SilentFailure } from '../base/errors.js';
import type { Flag } from '../base/flags/declare.js';
import { UsageFailure } from '../base/flags/normalize.js';
import { type ParsedFlags, parseWords } from '../base/flags/parse.js';
import { argBytes } from '../base/go/argument-bytes.js';
import { goQuote } from '../base/go/quote.js';
import { processIo } from '../base/streams.js';
import { safeIo, writeStyled } from '../base/terminal.js';
import type { CommandEntry, CommandSpec } from '../commands/command.js';
import { commandFlags, flagTable } from './command-flags.js';
import { augerTools, commands } from './command-table.js';
import { makeContext } from './context.js';
import { findCommand, groupFlags } from './find-command.js';
import { type GlobalFlags, globalFlags } from './global-flags.js';
import { helpPage } from './help-page.js';
import { type Identity, identify } from './mode.js';
import { resolveOptions } from './options.js';
import { type Running, report } from './report.js';

/** Runs what the process was started for, and ends it. */
export async function runProcess(): Promise<void> {
  const io = processIo();
  // What a listener or a timer of ours throws is told in the same way as other faults.
  const running: Running = { mode: { tool: 'ketcdctl' }, entry: undefined, debug: false };
  process.on('uncaughtException', (error) => void fail(error, running, io).then(process.exit));
  process.exit(await runTool(programName(), await processArguments(), process.env, io, running));
}

/** By what name it was started: an executable's first word is its own; under Node that is Node's. */
function programName(): string {
  return (BUILD === 'executable' ? process.argv0 : process.argv[1]) ?? '';
}

async function processArguments(): Promise<string[]> {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  return (await import('./raw-arguments.js')).rawArguments(words);
}

/**
 * Runs a command line, tells of its failure if it fails, and gives the exit code; everything is written when it returns.
 * @param program the name that the tool was called by
 */
export async function runTool(
  program: string,
  argv: string[],
  env: NodeJS.ProcessEnv,
  io: Io,
  running: Running = { mode: { tool: 'ketcdctl' }, entry: undefined, debug: false },
): Promise<number> {
  try {
    const exitCode = await dispatch(program, argv, env, io, running);
    await io.stdout.flush();
    return exitCode;
  } catch (error) {
    return fail(error, running, io);
  }
}

/** A drop-in writes to a terminal what the tool itself would write. */
function shownIo(mode: Mode, io: Io): Io {
  return isDropIn(mode) ? io : safeIo(io);
}

async function fail(error: unknown, running: Running, io: Io): Promise<number> {
  await io.stdout.flush().catch(() => undefined);
  const exitCode = await report(error, running, shownIo(running.mode, io));
  await io.stdout.flush().catch(() => undefined);
  return exitCode;
}

async function dispatch(
  program: string,
  argv: string[],
  env: NodeJS.ProcessEnv,
  processIo: Io,
  running: Running,
): Promise<number> {
  const identity = identify(program, env);
  if (identity.tool === 'auger') return (await augerTools[identity.program]())(argv, env, processIo);
  running.mode = identity.mode;
  const io = shownIo(identity.mode, processIo);
  const old = oldApi(identity, env);
  if (old !== undefined) return (await old.load())(argv, env, io, old.mode);
  if (argv[0] === '__complete' || argv[0] === '__completeNoDesc') {
    const { complete } = await import('./complete.js');
    return complete({ mode: identity.mode, env, io }, argv.slice(1), argv[0] === '__complete');
  }
  refuseApi(identity.mode, env, io);
  return runCommand(argv, env, io, running);
}

/**
 * The old etcdctl, where ETCDCTL_API=2 asks for it: 3.4 and 3.5 have it, and so has a drop-in of no certain version, which is then
 * 3.4, the version that most who still use the old API have.
 */
function oldApi({ mode, versionGiven }: Extract<Identity, { tool: 'mode' }>, env: NodeJS.ProcessEnv) {
  const load = commands.find((entry) => entry.path === 'v2')?.tool;
  if (load === undefined || mode.tool !== 'etcdctl' || env.ETCDCTL_API !== '2') return undefined;
  if (!versionGiven) return { load, mode: { ...mode, version: '3.4' } as const };
  return atLeast(mode, '3.6') ? undefined : { load, mode };
}

/** etcdctl 3.4 and 3.5 have two APIs to choose from and refuse another number; later ones do not look. */
function refuseApi(mode: Mode, env: NodeJS.ProcessEnv, io: Io): void {
  const wanted = env.ETCDCTL_API;
  if (mode.tool !== 'etcdctl' || atLeast(mode, '3.6') || !wanted || wanted === '3') return;
  io.stderr.write(`unsupported API version${mode.version === '3.4' ? '' : ':'} ${wanted}\n`);
  throw new SilentFailure();
}

async function runCommand(argv: string[], env: NodeJS.ProcessEnv, io: Io, running: Running): Promise<number> {
  const { mode } = running;
  const globals = globalFlags(mode);
  // etcdctl has no such flag, but people try it.
  const asked = mode.tool === 'ketcdctl' && argv.length === 1 && argv[0] === '--version' ? ['version'] : argv;
  const { entry, words } = findCommand(mode, asked, globals);
  running.entry = entry;
  if (entry?.tool !== undefined) return (await entry.tool())(words, env, io, mode);
  const module = await entry?.load?.();
  const own = commandFlags(mode, entry, module?.spec);
  const table = flagTable(mode, entry, module?.spec);
  const { args, flags } = parseWords<GlobalFlags & { help: boolean }>(words, table);
  running.debug = flags.values.debug;
  if (entry !== undefined && !entry.group && module === undefined)
    throw new Failure(`"${entry.path}" is not in this build`);
  if (module === undefined || flags.values.help) {
    writeStyled(io.stdout, await helpPage(mode, entry, io.stdout));
    return ExitCode.Ok;
  }
  refuseMissing(own, flags);
  if (!isDropIn(mode)) {
    refuseMore(args, module.spec, entry);
    refuseConsistency(module.spec, flags.values);
  }
  const inherited = [...globals, ...groupFlags(mode, entry)];
  const rules = { noTimeout: module.spec.noTimeout, variables: module.spec.variables ?? [] };
  const context = makeContext(mode, io, env, () => resolveOptions(inherited, flags, rules, { mode, env, io }));
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
