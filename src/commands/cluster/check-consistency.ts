import { Failure } from '../../base/errors.js';
import { bool, int } from '../../base/flags/declare.js';
import { formatNotSupported, outputFormat } from '../../output/format.js';
import { writeReadable } from '../../output/readable.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { memberEndpoints } from './endpoint-each.js';

export const spec = {
  usage: 'check consistency [options]',
  description:
    'Asks every member for the hash of its history at one revision that all of them have, and says which one differs. The exit code is 1 when they do not agree, or when one does not answer.',
  examples: ['ketcdctl check consistency', 'ketcdctl check consistency --rev 4711 -w table'],
  flags: {
    rev: int('revision to compare at (0: the newest that all members have)', { default: '0' }),
    endpointsOnly: bool('ask --endpoints only, in place of all members of the cluster'),
  },
} satisfies CommandSpec;

/** What one member said. Hashes can be compared only where the same history was dropped. */
interface Answer {
  endpoint: string;
  hash: string;
  compacted: string;
  problem: string;
}

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const format = outputFormat(context);
  if (format === 'fields' || format === 'protobuf') throw formatNotSupported(format);
  const client = await context.connect();
  const endpoints = flags.endpointsOnly
    ? await client.callable.resolveEndpoints()
    : await memberEndpoints(context, client);
  const wanted = flags.rev;
  const at = wanted > 0n ? wanted : await commonRevision(context, endpoints);
  const answers = await Promise.all(endpoints.map((endpoint) => ask(context, endpoint, at)));
  judge(answers);
  await print(context, format, at, answers);
  const bad = answers.filter(({ problem }) => problem !== '');
  if (bad.length > 0) {
    throw new Failure(
      `the members do not agree at revision ${at}: ${bad.map(({ endpoint, problem }) => `${endpoint} ${problem}`).join('; ')}`,
      {
        hint: 'a member whose hash differs has lost or changed data: remove it, empty its data directory, and add it again',
      },
    );
  }
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
    return { endpoint, hash: String(hash), compacted: compact_revision, problem: '' };
  } catch (error) {
    return { endpoint, hash: '', compacted: '', problem: `does not answer (${(error as Error).message})` };
  }
}

/** Finds out who differs: those whose hash the fewer members have. */
function judge(answers: Answer[]): void {
  const given = answers.filter(({ problem }) => problem === '');
  const votes = new Map<string, number>();
  for (const { hash, compacted } of given)
    votes.set(`${hash} ${compacted}`, (votes.get(`${hash} ${compacted}`) ?? 0) + 1);
  const most = [...votes].sort((a, b) => b[1] - a[1])[0];
  if (votes.size < 2 || !most) return;
  const [hash, compacted] = most[0].split(' ');
  const tie = most[1] * 2 <= given.length;
  for (const answer of given) {
    if (answer.compacted !== compacted)
      answer.problem = `is compacted at ${answer.compacted}, others at ${compacted}: ask again`;
    else if (answer.hash !== hash || tie) answer.problem = `has hash ${answer.hash}`;
  }
}

async function print(context: CommandContext, format: string, at: bigint, answers: Answer[]): Promise<void> {
  if (format === 'json' || format === 'jsonl' || format === 'yaml') {
    const members = answers.map((answer) => new Map(Object.entries(answer)));
    await context.stdout.write(
      writeReadable(
        format === 'yaml' ? 'yaml' : 'jsonl',
        new Map<string, never>(Object.entries({ revision: at, members }) as never),
      ),
    );
    return;
  }
  const rows = answers.map(({ endpoint, hash, compacted, problem }) => [
    endpoint,
    hash,
    String(at),
    compacted,
    problem || 'ok',
  ]);
  if (format === 'table') {
    const { renderTable } = await import('../../output/table.js');
    await context.stdout.write(renderTable(context, ['endpoint', 'hash', 'revision', 'compacted', 'state'], rows));
    return;
  }
  for (const row of rows) await context.stdout.write(`${row.join(', ')}\n`);
}
