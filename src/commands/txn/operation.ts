/** The second and third part of a transaction: lines of get, put and del with their flags. */
import type { IRequestOp } from 'etcd3/lib/rpc';
import { isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { flagList } from '../../base/flags/declare.js';
import { FlagTable, UsageFailure } from '../../base/flags/normalize.js';
import { parseWords } from '../../base/flags/parse.js';
import { argify } from '../../base/go/argify.js';
import { hasFlag } from '../../base/versions.js';
import type { CommandContext, CommandSpec, Flags } from '../command.js';
import { announceRange, deleteRequest, spec as delSpec } from '../keys/del.js';
import { spec as getSpec, rangeRequest } from '../keys/get.js';
import { putRequest, spec as putSpec } from '../keys/put.js';

interface Operation {
  spec: CommandSpec;
  /** Takes flags that were parsed by `spec`: see {@link operation}. */
  request: (context: CommandContext, args: string[], flags: never) => Promise<IRequestOp>;
}

function operation<Spec extends CommandSpec>(
  spec: Spec,
  request: (context: CommandContext, args: string[], flags: Flags<Spec>) => Promise<IRequestOp>,
): Operation {
  return { spec, request };
}

const OPERATIONS: Record<string, Operation> = {
  get: operation(getSpec, async (context, args, flags) => ({ request_range: rangeRequest(context.mode, args, flags) })),
  // Standard input holds the transaction itself.
  put: operation(putSpec, async (_context, args, flags) => ({
    request_put: await putRequest(args, flags, async () => undefined),
  })),
  del: operation(delSpec, async (context, args, flags) => {
    const request_delete_range = deleteRequest(args, flags);
    if (isDropIn(context.mode)) await announceRange(context, args, flags);
    return { request_delete_range };
  }),
};

/**
 * Reads an operation.
 * @throws Failure with etcdctl's texts: exit code 3 for a malformed line, the operation's own for its arguments.
 */
export async function parseOperation(line: string, context: CommandContext): Promise<IRequestOp> {
  const [name = '', ...words] = argify(line, context.mode);
  if (words.length === 0) throw invalid(`invalid txn compare request: ${line}`, 'an operation needs a key');
  const known = operationNamed(name);
  if (known === undefined) throw invalid(`invalid txn request: ${line}`, 'an operation is get, put or del');
  const { spec, request } = OPERATIONS[known]!;
  const { args, flags } = await parseLine(line, words, spec, context, known);
  return request(context, args, flags);
}

/** Names may be cut short, as everywhere. */
function operationNamed(name: string): string | undefined {
  return name === '' ? undefined : Object.keys(OPERATIONS).find((known) => known.startsWith(name));
}

async function parseLine(line: string, words: string[], spec: CommandSpec, context: CommandContext, name: string) {
  try {
    const { args, flags } = parseWords<never>(words, flagTable(spec, context.mode));
    return { args, flags: flags.values };
  } catch (error) {
    if (!(error instanceof UsageFailure)) throw error;
    if (!isDropIn(context.mode)) throw invalid(`invalid txn request: ${line} (${error.message})`, error.hint);
    await context.stderr.write(await context.usageOf(name));
    throw invalid(`invalid txn request: ${line}`);
  }
}

function flagTable(spec: CommandSpec, mode: Mode): FlagTable {
  const flags = flagList(spec.flags);
  // ketcdctl's own flags of del are about asking, which has no place here.
  return new FlagTable(flags.filter((flag) => hasFlag(mode, flag) && !flag.own)).declare(flags);
}

function invalid(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.InvalidInput, ...(hint ? { hint } : {}) });
}
