/** One watch as the user sees it: its events printed, its program run, its end told. */

import { isDropIn } from '../../base/contract.js';
import { failureText, SilentFailure } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import type { EtcdClient } from '../../etcd/client.js';
import { Watch, type WatchEvent, type WatchRange, type WatchResponse } from '../../etcd/watch.js';
import type { Format } from '../../output/format.js';
import type { Printer } from '../../output/printer.js';
import { RpcError } from '../../rpc/error.js';
import { EVENT_NAMES, nameOf } from '../../rpc/names.js';
import type { CommandContext } from '../command.js';
import { runChild } from '../run-child.js';

export interface WatchRun {
  client: EtcdClient;
  format: Format;
  newPrinter: () => Printer<WatchResponse>;
  /** The program to run for every event; empty: none. */
  exec: string[];
  signal: AbortSignal;
}

/** How a watch ended. */
export interface WatchEnd {
  /** The server cancelled it; false for a file whose end was reached. */
  cancelled: boolean;
  /** What can be done about it. */
  hint: string | undefined;
}

/** A watch that is being printed. */
export interface RunningWatch {
  /** Resolves when the watch is over; rejects when it cannot go on here. */
  ended: Promise<WatchEnd>;
  requestProgress(): void;
}

/** Starts a watch and prints what comes of it. */
export function startWatch(context: CommandContext, range: WatchRange, run: WatchRun): RunningWatch {
  const { client, signal } = run;
  const trouble = (text: string) => void context.stderr.write(`watch interrupted: ${text}; resuming\n`);
  const watch = new Watch(client.callable, range, { signal, ...(!isDropIn(context.mode) && { trouble }) });
  return { ended: printWatch(context, watch, run), requestProgress: () => watch.requestProgress() };
}

async function printWatch(context: CommandContext, watch: Watch, run: WatchRun): Promise<WatchEnd> {
  const printer = run.newPrinter();
  let hint: string | undefined;
  /** Events whose program waits until the rest of the answer is printed. */
  let due: WatchEvent[] = [];
  let cancelled = run.client.callable.isFile === undefined;
  try {
    for await (const answer of watch) {
      cancelled ||= answer.canceled;
      if (answer.canceled) hint = await tellCanceled(context, answer);
      // A watch that ends for no reason of its own is not shown.
      if (answer.canceled && !hasReason(answer)) continue;
      if (isProgress(answer)) await tellProgress(context, answer, run.format);
      const wait = printer.print(shown(answer));
      if (wait) await wait;
      if (run.exec.length === 0) continue;
      for (const event of answer.events) due.push(event);
      if (answer.fragment) continue;
      for (const event of due) await execute(context, event, answer, run);
      due = [];
    }
  } catch (error) {
    if (run.signal.aborted || !isRefusal(error) || !isDropIn(context.mode)) throw error;
    await context.stderr.write(`watch was canceled (${failureText(error, true)})\n`);
    await printer.print(REFUSED);
  } finally {
    printer.end?.();
  }
  return { cancelled, hint };
}

/** Whether etcdctl shows the end of a watch: one that was refused, or that begins in the compacted past. */
function hasReason({ created, compact_revision }: WatchResponse): boolean {
  return created || compact_revision !== '0';
}

/** A watch that was refused is shown by etcdctl as an empty answer. */
function shown(answer: WatchResponse): WatchResponse {
  return answer.canceled && answer.created ? REFUSED : answer;
}

const REFUSED: WatchResponse = {
  header: null,
  watch_id: '0',
  created: false,
  canceled: true,
  compact_revision: '0',
  cancel_reason: '',
  fragment: false,
  events: [],
  first: true,
};

/** The server's answer to the stream as a whole; with what is wrong here (an unknown format) the exit code is another. */
function isRefusal(error: unknown): boolean {
  return error instanceof RpcError;
}

function isProgress({ events, canceled, first, fragment }: WatchResponse): boolean {
  return events.length === 0 && !canceled && first && !fragment;
}

async function tellProgress(context: CommandContext, { header }: WatchResponse, format: Format): Promise<void> {
  if (format === 'yaml' || format === 'jsonl') return;
  await context.stdout.write(`progress notify: ${header?.revision ?? 0}\n`);
}

/** Says why, on standard error; gives what can be done about it. */
async function tellCanceled(context: CommandContext, answer: WatchResponse): Promise<string | undefined> {
  const { compact_revision, cancel_reason } = answer;
  const compacted = compact_revision !== '0';
  if (!hasReason(answer) && isDropIn(context.mode)) return undefined;
  const reason = compacted ? 'etcdserver: mvcc: required revision has been compacted' : cancel_reason;
  await context.stderr.write(`watch was canceled (${reason})\n`);
  return compacted ? `the oldest revision that is left is ${compact_revision}: --rev ${compact_revision}` : undefined;
}

/** @throws Failure, told already, when the program fails. */
async function execute(
  context: CommandContext,
  { type, kv }: WatchEvent,
  answer: WatchResponse,
  run: WatchRun,
): Promise<void> {
  const { problem } = await runChild(context, run.exec, {
    ETCD_WATCH_REVISION: answer.header?.revision ?? '0',
    ETCD_WATCH_EVENT_TYPE: goQuote(nameOf(EVENT_NAMES, type)),
    ETCD_WATCH_KEY: goQuote(kv.key),
    ETCD_WATCH_VALUE: goQuote(kv.value),
  });
  if (problem === undefined) return;
  const command = `[${run.exec.map(goQuote).join(' ')}]`;
  await context.stderr.write(`command ${command} error (${problem})\n`);
  throw new SilentFailure();
}
