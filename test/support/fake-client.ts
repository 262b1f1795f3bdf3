/** Runs commands against answers that a test makes up, and tells which requests they made. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { IKeyValue } from 'etcd3/lib/rpc';
import { runTool } from '../../src/cli/run.js';
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
  const requests: FakeRun['requests'] = [];
  const client = clientOver(
    fakeCallable((call, request) => {
      requests.push({ call, request });
      return answer(call, request);
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-input-'));
  writeFileSync(join(folder, 'stdin'), input);
  const stdinFd = openSync(join(folder, 'stdin'), 'r');
  try {
    const stdin = Object.assign(Readable.from(input === '' ? [] : [Buffer.from(input)]), {
      isTTY: false,
    }) as unknown as NodeJS.ReadStream;
    const env = as ? { KETCDCTL_AS: as } : {};
    const io = { stdout, stderr, stdin, stdinFd };
    const exit = await runTool({ name: 'ketcdctl', argv, env, io, openClient: async () => client });
    return { exit, stdout: stdout.text, stderr: stderr.text, requests };
  } finally {
    closeSync(stdinFd);
    rmSync(folder, { recursive: true });
  }
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
