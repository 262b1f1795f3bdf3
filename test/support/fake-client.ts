/** Runs commands against answers that a test makes up, and tells which requests they made. */
import { Readable } from 'node:stream';
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { Context } from '../../src/base/contract.js';
import { parseWords } from '../../src/base/flags/parse.js';
import { flagTable } from '../../src/cli/command-flags.js';
import { commands } from '../../src/cli/command-table.js';
import { makeContext } from '../../src/cli/context.js';
import { findCommand, groupFlags } from '../../src/cli/find-command.js';
import { type GlobalFlags, globalFlags } from '../../src/cli/global-flags.js';
import { identify } from '../../src/cli/mode.js';
import { resolveOptions } from '../../src/cli/options.js';
import { type Running, report } from '../../src/cli/report.js';
import { clientOver } from '../../src/etcd/client.js';
import type { Callable, Service } from '../../src/rpc/callable.js';
import { decodeMessage, encodeMessage } from '../../src/rpc/codec.js';
import { methodOf } from '../../src/rpc/messages.js';
import { Captured } from '../cli/support.js';
import type { CliEnd } from './cli.js';

/** `KV/put`, `Auth/userAdd`, … */
export type CallName = string;

/** The answer to a call; fields that are left out are zero. */
export type Answer = (call: CallName, request: object) => object;

export interface FakeRun extends CliEnd {
  requests: { call: CallName; request: object }[];
}

/** Runs a command line as `etcdctl@VERSION` (or, without `as`, in own mode). `input` is standard input. */
export async function runWith(answer: Answer, argv: string[], as?: string, input = ''): Promise<FakeRun> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const stdin = Object.assign(Readable.from(input === '' ? [] : [Buffer.from(input)]), { isTTY: false });
  const io = { stdout, stderr, stdin: stdin as unknown as NodeJS.ReadStream };
  const env = as ? { KETCDCTL_AS: as } : {};
  const identity = identify('ketcdctl', env);
  if (identity.tool === 'auger') throw new Error('not a command line of etcdctl');
  const running: Running = { mode: identity.mode, entry: undefined, debug: false };
  const requests: FakeRun['requests'] = [];
  const callable = fakeCallable((call, request) => {
    requests.push({ call, request });
    return answer(call, request);
  });
  const typed = input.split('\n');
  const askPassword = async (prompt: string) => {
    (as ? stdout : stderr).write(`${prompt}\n`);
    return typed.shift() ?? '';
  };
  const exit = await run(argv, running, io, callable, askPassword).catch((error) => report(error, running, io));
  return { exit, stdout: stdout.text, stderr: stderr.text, requests };
}

async function run(
  argv: string[],
  running: Running,
  io: Parameters<typeof report>[2],
  callable: Callable,
  askPassword: Context['askPassword'],
) {
  const { mode } = running;
  const globals = globalFlags(mode);
  const { entry, words } = findCommand(mode, argv, globals);
  running.entry = entry;
  const module = await entry?.load?.();
  if (!module) throw new Error(`no such command, of ${commands.length}: ${argv.join(' ')}`);
  const { args, flags } = parseWords<GlobalFlags>(words, flagTable(mode, entry, module.spec));
  const inherited = [...globals, ...groupFlags(mode, entry)];
  const rules = { noTimeout: module.spec.noTimeout, variables: [] };
  const context = makeContext(mode, io, {}, () => resolveOptions(inherited, flags, rules, { mode, env: {}, io }));
  context.connect = async () => {
    void context.options;
    return clientOver(callable);
  };
  context.askPassword = askPassword;
  return (await module.run(context, args, flags.values as never)) ?? 0;
}

const ENDPOINT = '127.0.0.1:2379';

function fakeCallable(answer: Answer): Callable {
  const raw = async (service: Service, method: string, request: object) => {
    const { response } = methodOf(service, method);
    return { message: encodeMessage(response, answer(`${service}/${method}`, request)), endpoint: ENDPOINT };
  };
  const callable = {
    endpoints: [ENDPOINT],
    resolveEndpoints: async () => [ENDPOINT],
    callRaw: raw,
    call: async (service: Service, method: string, request: object) =>
      decodeMessage(methodOf(service, method).response, (await raw(service, method, request)).message),
    serverStreamRaw: (service: Service, method: string, request: object) => callable.pieces(service, method, request),
    pieces: (service: Service, method: string, request: object) => ({
      endpoint: ENDPOINT,
      cancel: () => {},
      async *[Symbol.asyncIterator]() {
        yield (await raw(service, method, request)).message;
      },
    }),
    connect: async () => {},
    at: () => callable,
    forgetTokens: () => {},
    close: () => {},
  };
  return callable as unknown as Callable;
}

/** A header of made-up IDs. */
export const HEADER = { cluster_id: '14841639068965178418', member_id: '10276657743932975437', raft_term: '7' };

/** A key-value of texts. */
export function keyValue(key: string, value: string): Partial<IKeyValue> {
  return {
    key: Buffer.from(key),
    value: Buffer.from(value),
    create_revision: '2',
    mod_revision: '3',
    version: '1',
  };
}
