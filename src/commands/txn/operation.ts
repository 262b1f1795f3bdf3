/** The second and third part of a transaction: lines of get, put and del with their flags. */
import type { IRequestOp } from 'etcd3/lib/rpc';
import { type FlagValues, isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { FlagTable, UsageFailure } from '../../base/flags/normalize.js';
import { parseWords } from '../../base/flags/parse.js';
import { argify } from '../../base/go/argify.js';
import { hasFlag } from '../../base/versions.js';
import type { CommandContext, CommandSpec } from '../command.js';
import { announceRange, deleteRequest, spec as delSpec } from '../keys/del.js';
import { spec as getSpec, rangeRequest } from '../keys/get.js';
import { putRequest, spec as putSpec } from '../keys/put.js';

interface Operation {
  spec: CommandSpec;
  request(context: CommandContext, args: string[], flags: FlagValues): Promise<IRequestOp>;
}

const OPERATIONS: Record<string, Operation> = {
  get: {
    spec: getSpec,
    request: async (context, args, flags) => ({ request_range: rangeRequest(context.mode, args, flags) }),
  },
  put: {
    spec: putSpec,
    // Standard input holds the transaction itself.
    request: async (_context, args, flags) => ({ request_put: await putRequest(args, flags, async () => undefined) }),
  },
  del: {
    spec: delSpec,
    async request(context, args, flags) {
      const request_delete_range = deleteRequest(args, flags);
      if (isDropIn(context.mode)) await announceRange(context, args, flags);
      return { request_delete_range };
    },
  },
};

const tables = new WeakMap<CommandSpec, FlagTable>();

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
    return parseWords(words, flagTable(spec, context.mode));
  } catch (error) {
    if (!(error instanceof UsageFailure)) throw error;
    if (!isDropIn(context.mode)) throw invalid(`invalid txn request: ${line} (${error.message})`, error.hint);
    await context.stderr.write(await context.usageOf(name));
    throw invalid(`invalid txn request: ${line}`);
  }
}

function flagTable(spec: CommandSpec, mode: Mode): FlagTable {
  let table = tables.get(spec);
  if (!table) {
    // ketcdctl's own flags of del are about asking, which has no place here.
    const flags = spec.flags.filter((flag) => hasFlag(mode, flag) && !flag.own);
    table = new FlagTable(flags).declare(spec.flags);
    tables.set(spec, table);
  }
  return table;
}

function invalid(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.InvalidInput, ...(hint ? { hint } : {}) });
}
