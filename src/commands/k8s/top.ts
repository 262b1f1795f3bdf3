import { badArguments, Failure } from '../../base/errors.js';
import { duration, int, strings } from '../../base/flags/declare.js';
import { endedBySignal } from '../../base/signals.js';
import { pause } from '../../etcd/next-endpoint.js';
import { Watch } from '../../etcd/watch.js';
import { WRITERS, type WriteBy, WriteCount, WriteSorter, type Writes } from '../../k8s/write-rates.js';
import { toJson } from '../../k8s-decode/json/json.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import { Columns } from '../../output/columns.js';
import { writeReadable } from '../../output/readable.js';
import { factsOf, OUTPUT_FLAG, type ReportFormat, reportFormat } from '../../output/report.js';
import { Screen } from '../../output/screen.js';
import { decimalBytes } from '../../output/size.js';
import { OPEN_END } from '../../rpc/keys.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { openAnyCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';

const DEFAULT_INTERVAL_MS = 2000;
/** Where it is not a terminal that says what fits. */
const LINES_TOP = 5;

export const spec = {
  usage: 'k8s top [options]',
  mostArgs: 0,
  description:
    'Shows who writes to etcd now: writes and bytes a second by kind, namespace, field manager and key, the largest first. On a terminal a table that is drawn anew in its place, elsewhere a line (or an object of jsonl) for each interval, until Ctrl-C. It watches all keys and reads none; deletions count as writes of their key. The field manager is the one with the newest time in managedFields: a deletion names none. Of names the largest 4096 are kept, all others are counted together.',
  examples: [
    'ketcdctl k8s top',
    'ketcdctl k8s top --by manager,key --interval 10s',
    'ketcdctl k8s top --count 1 --interval 1m -o json # one minute, for a report',
  ],
  flags: {
    by: strings('count by kind, namespace, manager, key: all four, or some of them', {
      value: 'LIST',
      choices: WRITERS,
    }),
    interval: duration('count so long for each look', { default: `${DEFAULT_INTERVAL_MS / 1000}s` }),
    count: int('end after so many looks (0: at Ctrl-C)', { default: '0' }),
    top: int('so many of the largest of each (0: as many as fit a terminal, else 5)', { default: '0' }),
    ...OUTPUT_FLAG,
  },
  noConsistency: '--consistency is for reads: a watch is told of writes by one member in any case',
  noTimeout: 'always',
} satisfies CommandSpec;

type TopFlags = Flags<typeof spec, typeof K8S_FLAGS>;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const by = writersOf(flags);
  if (flags.interval < 100) throw badArguments('--interval is at least 100ms');
  const client = await context.connect();
  if (client.callable.isFile) {
    throw new Failure('nobody writes to a file', { hint: 'k8s du --endpoints file:… tells what fills it' });
  }
  const cluster = await openAnyCluster(context, flags);
  const sorter = await WriteSorter.open(cluster, new Set(by));
  const view = viewOf(context, format, by, Number(flags.top));
  const counting = new Counting(sorter);
  return endedBySignal(context, async (signal) => {
    const ending = new AbortController();
    signal.addEventListener('abort', () => ending.abort());
    const trouble = (text: string) => void context.stderr.write(`watch interrupted: ${text}; resuming\n`);
    const watch = new Watch(
      client.callable,
      { key: OPEN_END, range_end: OPEN_END },
      { signal: ending.signal, trouble },
    );
    const looks = lookInTurn(counting, view, flags, ending);
    try {
      await Promise.race([counting.all(watch), looks]);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      ending.abort();
      await looks;
    }
  });
};

function writersOf({ by }: TopFlags): WriteBy[] {
  const wrong = by.find((each) => !WRITERS.includes(each as WriteBy));
  if (wrong !== undefined) throw badArguments(`k8s top cannot count by ${wrong}`, `--by takes ${WRITERS.join(', ')}`);
  return by.length === 0 ? [...WRITERS] : WRITERS.filter((each) => by.includes(each));
}

/** What was written in one look. */
interface Look {
  time: Date;
  seconds: number;
  count: WriteCount;
  /** All looks together. */
  totalSeconds: number;
  total: WriteCount;
}

class Counting {
  private readonly start = performance.now();
  private begun = performance.now();
  private count = new WriteCount();
  private readonly total = new WriteCount();

  constructor(private readonly sorter: WriteSorter) {}

  async all(watch: Watch): Promise<never> {
    for await (const answer of watch) {
      if (answer.canceled)
        throw new Failure(`the server ended the watch: ${answer.cancel_reason || 'no reason given'}`);
      for (const event of answer.events) await this.sorter.count(event, [this.count, this.total]);
    }
    throw new Failure('the server ended the watch');
  }

  /** What came since the last look. */
  look(): Look {
    const now = performance.now();
    const { count, total } = this;
    const look = {
      time: new Date(),
      seconds: (now - this.begun) / 1000,
      count,
      totalSeconds: (now - this.start) / 1000,
      total,
    };
    this.count = new WriteCount();
    this.begun = now;
    return look;
  }
}

async function lookInTurn(
  counting: Counting,
  view: View,
  { interval, count }: TopFlags,
  ending: AbortController,
): Promise<void> {
  const { signal } = ending;
  await view.begin?.();
  for (let looks = 1n; ; looks++) {
    await pause(interval, signal);
    if (signal.aborted) return;
    await view.show(counting.look());
    if (looks === count) return;
  }
}

interface View {
  begin?(): void;
  show(look: Look): Promise<void> | void;
}

function viewOf(context: CommandContext, format: ReportFormat, by: readonly WriteBy[], top: number): View {
  const { stdout } = context;
  if (format === 'table') return stdout.isTTY ? new ScreenView(context, by, top) : new LineView(context, by, top);
  let printed = 0;
  return {
    async show(look) {
      const fields = lookFields(look, by, top || LINES_TOP);
      const between = format === 'yaml' && printed++ > 0 ? '---\n' : '';
      await stdout.write(between + (format === 'json' ? `${toJson(fields, '    ')}\n` : writeReadable(format, fields)));
    },
  };
}

function lookFields({ time, seconds, count }: Look, by: readonly WriteBy[], top: number): Fields {
  const rates = ({ writes, bytes }: Omit<Writes, 'name'>): [string, Value][] => [
    ['writesPerSecond', rounded(writes / seconds)],
    ['bytesPerSecond', Math.round(bytes / seconds)],
  ];
  const fields = factsOf({
    time: time.toISOString(),
    seconds: rounded(seconds),
    ...Object.fromEntries(rates({ writes: count.writes + count.deletions, bytes: count.bytes })),
    deletionsPerSecond: rounded(count.deletions / seconds),
  });
  for (const each of by) {
    const { largest, others } = count.by[each].largest(top);
    fields.set(`by${each[0]!.toUpperCase()}${each.slice(1)}`, [
      ...largest.map((one): Fields => new Map([[each as string, one.name as Value], ...rates(one)])),
      ...(others.writes > 0 ? [new Map<string, Value>([['others', true], ...rates(others)])] : []),
    ]);
  }
  return fields;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** `42.5 writes/s (3.0 of them deletions), 12 kB/s` */
function sumText({ seconds, count }: Look): string {
  const { writes, deletions, bytes } = count;
  const deleted = deletions > 0 ? ` (${perSecond(deletions, seconds)} of them deletions)` : '';
  return `${perSecond(writes + deletions, seconds)} writes/s${deleted}, ${bytesPerSecond(bytes, seconds)}`;
}

function perSecond(writes: number, seconds: number): string {
  return (writes / seconds).toFixed(1);
}

function bytesPerSecond(bytes: number, seconds: number): string {
  return `${decimalBytes(Math.round(bytes / seconds))}/s`;
}

/** A line for each look, with the largest of each. */
class LineView implements View {
  constructor(
    private readonly context: CommandContext,
    private readonly by: readonly WriteBy[],
    private readonly top: number,
  ) {}

  async show(look: Look): Promise<void> {
    const parts = this.by.map((by) => {
      const { largest } = look.count.by[by].largest(this.top || LINES_TOP);
      const rates = largest.map(
        ({ name, writes, bytes }) =>
          `${name} ${perSecond(writes, look.seconds)}/s ${bytesPerSecond(bytes, look.seconds)}`,
      );
      return `; by ${by}: ${rates.join(', ') || '-'}`;
    });
    await this.context.stdout.write(`${look.time.toISOString()} ${sumText(look)}${parts.join('')}\n`);
  }
}

/** On a terminal: a table for each, drawn anew in its place. */
class ScreenView implements View {
  private readonly screen: Screen;

  constructor(
    { stdout }: CommandContext,
    private readonly by: readonly WriteBy[],
    private readonly top: number,
  ) {
    this.screen = new Screen(stdout);
  }

  begin(): void {
    this.screen.draw(['Watching who writes …']);
  }

  show(look: Look): void {
    const since = `${decimalBytes(look.total.bytes)} in ${Math.round(look.totalSeconds)} s`;
    const heads = 1;
    const rows = this.top || Math.max(1, Math.floor((this.screen.height - heads) / this.by.length) - SECTION_LINES);
    const columns = new Columns();
    for (const by of this.by) {
      columns.add([by.toUpperCase(), ' WRITES/S', '  BYTES/S', '   WRITES', '    BYTES']);
      for (const [name = '', ...numbers] of rowsOf(look, by, rows)) {
        columns.add([shortened(name, this.screen.width - NUMBERS_WIDTH), ...numbers]);
      }
      columns.add(['']);
    }
    const lines = [`${look.time.toISOString().slice(11, 19)}  ${sumText(look)}; ${since}`, ...columns.lines()];
    this.screen.draw(lines.slice(0, -1));
  }
}

/** Of the four columns behind the names. */
const NUMBERS_WIDTH = 4 * 12;

/** A name that is too long without its middle: the ends tell more. */
function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const half = Math.max(4, Math.floor((most - 1) / 2));
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}

/** Head, others and the empty line behind. */
const SECTION_LINES = 3;

/** Those that write now first, then those that did. */
function rowsOf({ seconds, count, total }: Look, by: WriteBy, most: number): string[][] {
  const now = count.by[by];
  const names = new Set([now, total.by[by]].flatMap((tally) => tally.largest(most).largest).map(({ name }) => name));
  const shown = [...names].slice(0, most);
  const cells = (name: string, one: Omit<Writes, 'name'>, whole: Omit<Writes, 'name'>) => [
    name,
    perSecond(one.writes, seconds).padStart(9),
    bytesPerSecond(one.bytes, seconds).padStart(9),
    String(whole.writes).padStart(9),
    decimalBytes(whole.bytes).padStart(9),
  ];
  const rows = shown.map((name) => cells(name, now.of(name), total.by[by].of(name)));
  const others = [count, total].map(({ writes, deletions, bytes, by: tallies }) => {
    const left = { writes: writes + deletions, bytes };
    for (const name of shown) {
      const part = tallies[by].of(name);
      left.writes -= part.writes;
      left.bytes -= part.bytes;
    }
    return left;
  });
  return others[1]!.writes > 0 ? [...rows, cells('others', others[0]!, others[1]!)] : rows;
}
