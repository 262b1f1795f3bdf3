/** `endpoint health` and `endpoint status` in a loop: every member by itself, so that a slow one delays nobody. */
import chalk from 'chalk';
import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import { duration, string } from '../../base/flags/declare.js';
import { endedBySignal } from '../../base/signals.js';
import { after } from '../../base/timer.js';
import type { EtcdClient } from '../../etcd/client.js';
import { type Goal, isReached, type Probe, probeMember } from '../../etcd/member-probe.js';
import { pause } from '../../etcd/next-endpoint.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { Columns } from '../../output/columns.js';
import { factsOf } from '../../output/report.js';
import { Screen } from '../../output/screen.js';
import { decimalBytes } from '../../output/size.js';
import type { CommandContext } from '../command.js';
import { memberEndpoints } from './endpoint-each.js';

const GOALS: readonly Goal[] = ['healthy', 'quorum', 'leader'];

export const LOOP_FLAGS = {
  watch: duration('look again and again, so often', { bare: '5s', default: '0s', value: 'INTERVAL', own: true }),
  until: string('look until this is so: healthy, quorum or leader', { value: 'STATE', choices: GOALS, own: true }),
  timeout: duration('with --until: how long to wait (0: without an end)', { default: '0s', own: true }),
};

interface LoopFlags {
  cluster: boolean;
  watch: number;
  until: string;
  timeout: number;
}

/** Whether a loop is asked for. */
export function isLoop(flags: { watch: number; until: string }): boolean {
  return flags.watch > 0 || flags.until !== '';
}

const DEFAULT_INTERVAL_MS = 5000;
const REDRAW_MS = 200;

/** What is known of a member over the whole run. */
interface Watched {
  endpoint: string;
  probe: Probe | undefined;
  looks: number;
  failures: number;
  longestCommitMs: number;
  lastError: string;
}

/** @returns the exit code: 0 when it was ended, or the goal was reached; 1 when the time was over before */
export async function loopOverEndpoints(
  context: CommandContext,
  flags: LoopFlags,
  kind: 'health' | 'status',
): Promise<number> {
  const goal = goalOf(flags.until);
  const client = await context.connect();
  const endpoints = flags.cluster ? await memberEndpoints(context, client) : await client.callable.resolveEndpoints();
  if (endpoints.length === 0) throw new Failure('no endpoint was asked', { exitCode: ExitCode.BadConnection });
  const members = endpoints.map((endpoint): Watched => {
    return { endpoint, probe: undefined, looks: 0, failures: 0, longestCommitMs: 0, lastError: '' };
  });
  const shown: View = context.stdout.isTTY ? new ScreenView(context, kind, members) : new LineView(context);
  return endedBySignal(context, async (signal) => {
    const done = new AbortController();
    signal.addEventListener('abort', () => done.abort());
    const isDone = () =>
      goal !== undefined &&
      isReached(
        goal,
        members.map(({ probe }) => probe),
      );
    const deadline = flags.timeout > 0 ? after(flags.timeout, () => done.abort()) : undefined;
    const interval = flags.watch || DEFAULT_INTERVAL_MS;
    await Promise.race([
      aborted(done.signal),
      ...members.map((member) => lookAtMember(client.at(member.endpoint), member, interval, done, shown, isDone)),
    ]);
    deadline?.cancel();
    await shown.end();
    if (goal === undefined || isDone()) return ExitCode.Ok;
    if (signal.aborted) return ExitCode.Ok;
    throw new Failure(`the cluster did not come to be ${WORDS[goal]} within ${flags.timeout / 1000}s`, {
      hint: 'ketcdctl doctor tells what is wrong',
    });
  });
}

const WORDS: Record<Goal, string> = { healthy: 'healthy', quorum: 'with a quorum', leader: 'with a leader' };

function goalOf(until: string): Goal | undefined {
  if (until === '') return undefined;
  if (GOALS.includes(until as Goal)) return until as Goal;
  throw badArguments(`--until ${until} is not known`, `it takes ${GOALS.join(', ')}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Looks at one member until the loop is over; ends it when the goal is reached. */
async function lookAtMember(
  client: EtcdClient,
  member: Watched,
  intervalMs: number,
  done: AbortController,
  view: View,
  isDone: () => boolean,
): Promise<void> {
  while (!done.signal.aborted) {
    const start = performance.now();
    const probe = await probeMember(client);
    if (done.signal.aborted) return;
    const before = member.probe;
    member.probe = probe;
    member.looks++;
    if (probe.error !== '') {
      member.failures++;
      member.lastError = probe.error;
    }
    member.longestCommitMs = Math.max(member.longestCommitMs, probe.commitMs ?? 0);
    await view.show(member, before);
    if (isDone()) done.abort();
    await pause(Math.max(0, intervalMs - (performance.now() - start)), done.signal);
  }
}

interface View {
  show(member: Watched, before: Probe | undefined): Promise<void>;
  end(): Promise<void>;
}

/** Where nobody looks at a screen: a line for each change. */
class LineView implements View {
  private readonly context: CommandContext;

  constructor(context: CommandContext) {
    this.context = context;
  }

  async show(member: Watched, before: Probe | undefined): Promise<void> {
    const { endpoint, looks, failures, longestCommitMs, lastError } = member;
    const probe = member.probe!;
    const isSame =
      before && before.state === probe.state && before.error === probe.error && before.leader === probe.leader;
    if (isSame) return;
    const time = new Date().toISOString();
    const { options, stdout } = this.context;
    if (options.writeOut === 'jsonl' || options.writeOut === 'json') {
      const { commitMs = null, answerMs = null, ...facts } = probe;
      const counts = { looks, failures, longestCommitMs: round(longestCommitMs), lastError };
      const times = { commitMs: commitMs && round(commitMs), answerMs: answerMs && round(answerMs) };
      await stdout.write(`${toJson(factsOf({ time, endpoint, ...facts, ...times, ...counts }))}\n`);
      return;
    }
    const leader = probe.isLeader ? ', leader' : '';
    const commit = probe.commitMs === undefined ? '' : `, committed in ${round(probe.commitMs)} ms`;
    const why = probe.error === '' ? '' : `: ${probe.error}`;
    await stdout.write(`${time} ${endpoint} ${probe.state}${leader}${commit}${why}\n`);
  }

  async end(): Promise<void> {}
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** On a terminal: a table that is drawn anew in its place. */
class ScreenView implements View {
  private readonly screen: Screen;
  private waiting = false;

  constructor(
    context: CommandContext,
    private readonly kind: 'health' | 'status',
    private readonly members: readonly Watched[],
  ) {
    this.screen = new Screen(context.stdout);
  }

  async show(): Promise<void> {
    if (this.waiting) return;
    this.waiting = true;
    after(REDRAW_MS, () => {
      this.waiting = false;
      this.draw();
    });
  }

  async end(): Promise<void> {
    this.draw();
  }

  private draw(): void {
    const columns = new Columns();
    columns.add(this.kind === 'health' ? HEALTH_HEADS : STATUS_HEADS);
    for (const member of this.members) columns.add(this.kind === 'health' ? healthCells(member) : statusCells(member));
    this.screen.draw([...columns.lines()], coloured);
  }
}

const STATES: Record<string, (text: string) => string> = {
  unhealthy: chalk.red,
  healthy: chalk.green,
  learner: chalk.yellow,
  down: chalk.red,
};

function coloured(line: string): string {
  return line.replace(/\b(unhealthy|healthy|learner|down)\b/, (state) => STATES[state]!(state));
}

const HEALTH_HEADS = ['ENDPOINT', 'STATE', 'COMMIT', 'LONGEST', 'LOOKS', 'FAILED', 'LAST ERROR'];
const STATUS_HEADS = ['ENDPOINT', 'STATE', 'LEADER', 'TERM', 'INDEX', 'DB', 'IN USE', 'VERSION', 'LAST ERROR'];

function healthCells({ endpoint, probe, longestCommitMs, looks, failures, lastError }: Watched): string[] {
  const ms = (value: number | undefined) => (value === undefined ? '-' : `${round(value)}ms`);
  return [
    endpoint,
    probe?.state ?? '…',
    ms(probe?.commitMs),
    ms(longestCommitMs),
    String(looks),
    String(failures),
    lastError,
  ];
}

function statusCells({ endpoint, probe, lastError }: Watched): string[] {
  if (probe === undefined || probe.state === 'down') {
    return [endpoint, probe?.state ?? '…', '', '', '', '', '', '', lastError];
  }
  return [
    endpoint,
    probe.state,
    probe.isLeader ? 'yes' : '',
    probe.raftTerm,
    probe.raftIndex,
    decimalBytes(probe.dbSize),
    decimalBytes(probe.dbSizeInUse),
    probe.version,
    lastError,
  ];
}
