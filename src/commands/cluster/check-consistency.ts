import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int } from '../../base/flags/declare.js';
import { type Format, outputFormat } from '../../output/format.js';
import { RecordPrinter } from '../../output/records.js';
import { Code } from '../../rpc/status.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { memberEndpoints } from './endpoint-each.js';

export const spec = {
  usage: 'check consistency [options]',
  mostArgs: 0,
  description:
    'Asks every member for the hash of its history at one revision that all of them have, and says which one differs. The exit code is 1 when members differ, and 2 when those that answer agree, but one does not answer.',
  examples: ['ketcdctl check consistency', 'ketcdctl check consistency --rev 4711 -w table'],
  flags: {
    rev: int('revision to compare at (0: the newest that all members have)', { default: '0' }),
    endpointsOnly: bool('ask --endpoints only, in place of all members of the cluster'),
  },
} satisfies CommandSpec;

/** What one member said. */
interface Answer {
  endpoint: string;
  hash: number | null;
  /** Hashes can be compared only where the same history was dropped. */
  compactRevision: bigint | null;
  state: 'ok' | 'differs' | 'compacted elsewhere' | 'not asked' | 'no answer';
  /** Why there is no hash. */
  problem: string;
}

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = outputFormat(context);
  const client = await context.connect();
  const endpoints = flags.endpointsOnly
    ? await client.callable.resolveEndpoints()
    : await memberEndpoints(context, client);
  const wanted = flags.rev;
  const at = wanted > 0n ? wanted : await commonRevision(context, endpoints);
  const answers = await Promise.all(endpoints.map((endpoint) => ask(context, endpoint, at)));
  judge(answers);
  await print(context, format, at, answers);
  conclude(at, answers);
};

/** The newest revision that every member has that answers at all. */
async function commonRevision(context: CommandContext, endpoints: readonly string[]): Promise<bigint> {
  const client = await context.connect();
  const revisions = await Promise.allSettled(endpoints.map((endpoint) => client.at(endpoint).maintenance.status()));
  const known = revisions.flatMap((result) =>
    result.status === 'fulfilled' ? [BigInt(result.value.header.revision)] : [],
  );
  const failed = revisions.find((result) => result.status === 'rejected');
  if (known.length === 0 && failed?.status === 'rejected') throw failed.reason;
  return known.sort((a, b) => (a < b ? -1 : 1))[0]!;
}

async function ask(context: CommandContext, endpoint: string, at: bigint): Promise<Answer> {
  const client = await context.connect();
  try {
    const { hash, compact_revision } = await client.at(endpoint).maintenance.hashKV({ revision: String(at) as never });
    return { endpoint, hash: Number(hash), compactRevision: BigInt(compact_revision), state: 'ok', problem: '' };
  } catch (error) {
    const { code, message } = error as { code?: Code; message: string };
    const state = code === Code.Unavailable || code === Code.DeadlineExceeded ? 'not asked' : 'no answer';
    return { endpoint, hash: null, compactRevision: null, state, problem: message };
  }
}

/** Finds out who differs: those whose hash the fewer members have. */
function judge(answers: Answer[]): void {
  const given = answers.filter(({ state }) => state === 'ok');
  const votes = new Map<string, number>();
  const ballot = ({ hash, compactRevision }: Answer) => `${hash} ${compactRevision}`;
  for (const answer of given) votes.set(ballot(answer), (votes.get(ballot(answer)) ?? 0) + 1);
  const [most] = [...votes].sort((a, b) => b[1] - a[1]);
  if (votes.size < 2 || !most) return;
  const isTie = most[1] * 2 <= given.length;
  const model = given.find((answer) => ballot(answer) === most[0])!;
  for (const answer of given) {
    if (answer.compactRevision !== model.compactRevision) answer.state = 'compacted elsewhere';
    else if (answer.hash !== model.hash || isTie) answer.state = 'differs';
  }
}

async function print(context: CommandContext, format: Format, revision: bigint, answers: Answer[]): Promise<void> {
  const printer = new RecordPrinter(context, format);
  for (const { endpoint, hash, compactRevision, state, problem } of answers) {
    const row = [endpoint, hash ?? '', revision, compactRevision ?? '', state === 'ok' ? 'ok' : problem || state];
    await printer.print({ endpoint, hash, revision, compactRevision, state, problem }, `${row.join(', ')}\n`);
  }
  await printer.end();
}

/**
 * @throws Failure unless all agree. Only where two hashes of one revision differ is anything wrong with the data, and only then is
 * it said what may be done to a member.
 */
function conclude(at: bigint, answers: readonly Answer[]): void {
  const withState = (...states: Answer['state'][]) => answers.filter(({ state }) => states.includes(state));
  const differing = withState('differs');
  if (differing.length > 0) {
    const list = differing.map(({ endpoint, hash }) => `${endpoint} has hash ${hash}`).join('; ');
    throw new Failure(`the members do not agree at revision ${at}: ${list}`, {
      hint:
        withState('ok').length > 0
          ? 'a member whose hash differs has lost or changed data: save a snapshot of it, then remove it, empty its data directory, and add it again'
          : 'no majority tells which one is right: save a snapshot of each, and compare them with `snapshot diff`',
    });
  }
  const agreeing = withState('ok').length;
  const missing = withState('not asked', 'no answer');
  const compacted = withState('compacted elsewhere');
  if (missing.length === 0 && compacted.length === 0) return;
  const why = [
    ...missing.map(({ endpoint, state, problem }) =>
      state === 'not asked' ? `${endpoint} was not asked: ${problem}` : `${endpoint} gave no hash: ${problem}`,
    ),
    ...compacted.map(
      ({ endpoint, compactRevision }) => `${endpoint} is compacted at ${compactRevision}, unlike others`,
    ),
  ];
  throw new Failure(`${agreeing} of ${answers.length} agree; ${why.join('; ')}`, {
    exitCode: missing.length > 0 ? ExitCode.BadConnection : ExitCode.Error,
    hint:
      missing.length > 0
        ? 'nothing is known of the data of a member that was not asked: ask again when it answers'
        : 'a compaction is under way: ask again',
  });
}
