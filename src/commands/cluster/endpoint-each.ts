/** What `endpoint health`, `status` and `hashkv` share: which members are asked, and that they are asked side by side. */
import { isDropIn } from '../../base/contract.js';
import { ExitCode, Failure, failureText } from '../../base/errors.js';
import { stringJson } from '../../base/go/json.js';
import type { EtcdClient } from '../../etcd/client.js';
import type { Value } from '../../k8s-decode/value.js';
import type { MessageName } from '../../rpc/messages.js';
import type { CommandContext } from '../command.js';

/** What one endpoint answered, or why it did not. */
export type Asked<T> = { endpoint: string; answer: T } | { endpoint: string; error: unknown };

/** Asks every endpoint at the same time; the results come in the order of the endpoints. */
export async function askEach<T>(
  context: CommandContext,
  flags: { cluster: boolean },
  ask: (member: EtcdClient, endpoint: string) => Promise<T>,
): Promise<Asked<T>[]> {
  const client = await context.connect();
  const endpoints = flags.cluster ? await memberEndpoints(context, client) : await client.callable.resolveEndpoints();
  return Promise.all(
    endpoints.map(async (endpoint) => {
      try {
        return { endpoint, answer: await ask(client.at(endpoint), endpoint) };
      } catch (error) {
        return { endpoint, error };
      }
    }),
  );
}

/** The client URLs of all members; own mode takes one member's own list, and says so, where the cluster has no quorum. */
export async function memberEndpoints(context: CommandContext, client: EtcdClient): Promise<string[]> {
  try {
    const { members } = await client.cluster.memberList({ linearizable: true });
    return members.flatMap((member) => member.clientURLs);
  } catch (error) {
    const reason = failureText(error, isDropIn(context.mode));
    const known = isDropIn(context.mode)
      ? undefined
      : await client.cluster.memberList({ linearizable: false }).catch(() => undefined);
    if (known) {
      await context.stderr.write(`warning: no quorum (${reason}): the members are those that one member knows of\n`);
      return known.members.flatMap((member) => member.clientURLs);
    }
    throw new Failure(`failed to fetch endpoints from etcd cluster member list: ${reason}`, {
      exitCode: isDropIn(context.mode) ? ExitCode.Error : (error as Failure).exitCode,
      cause: error,
    });
  }
}

/** Whether an endpoint gave an answer. */
export function answered<T>(asked: Asked<T>): asked is { endpoint: string; answer: T } {
  return 'answer' in asked;
}

/** 0 when all answered; in own mode 2 when nobody could be reached; else 1. */
export function exitCodeOf({ mode }: CommandContext, all: readonly Asked<unknown>[]): number {
  if (all.every(answered)) return ExitCode.Ok;
  return !isDropIn(mode) && all.every(isUnreachable) ? ExitCode.BadConnection : ExitCode.Error;
}

function isUnreachable(asked: Asked<unknown>): boolean {
  return 'error' in asked && (asked.error as Failure).exitCode === ExitCode.BadConnection;
}

/** Why an endpoint gave none. */
export function errorOf(context: CommandContext, asked: Asked<unknown>): string {
  return 'error' in asked ? failureText(asked.error, isDropIn(context.mode)) : '';
}

/** An endpoint without an answer, among the others of `-w json`: etcdctl leaves it out, and a script would not miss it. */
export function errorMember(asked: Asked<unknown>): string {
  const error = 'error' in asked ? failureText(asked.error, false) : '';
  return `{"Endpoint":${stringJson(asked.endpoint)},"Error":${stringJson(error)}}`;
}

/** Names the endpoints without an answer on standard error. */
export async function tellFailures(context: CommandContext, all: Asked<unknown>[], what: string): Promise<void> {
  for (const asked of all) {
    if (!answered(asked)) await context.stderr.write(`${what} ${asked.endpoint} (${errorOf(context, asked)})\n`);
  }
}

/** The answers as people read them: the endpoint, then what it said, or its error. */
export async function readableResponses(
  context: CommandContext,
  message: MessageName,
  all: Asked<object>[],
): Promise<Value[]> {
  const { readableMessage } = await import('../../output/readable.js');
  return Promise.all(
    all.map(async (asked) => {
      const said = answered(asked)
        ? await readableMessage(context, message, asked.answer)
        : new Map([['error', errorOf(context, asked)]]);
      return new Map<string, Value>([['endpoint', asked.endpoint], ...said]);
    }),
  );
}
