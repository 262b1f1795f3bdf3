import type { Flag } from '../base/flags/declare.js';
import type { FlagTable } from '../base/flags/normalize.js';
import { parseWords } from '../base/flags/parse.js';
import type { Program } from '../commands/command.js';
import { prefixRange } from '../rpc/keys.js';
import { makeContext } from './context.js';
import type { GlobalFlags } from './global-flags.js';
import { resolveOptions } from './options.js';
import type { Surroundings } from './surroundings.js';

/** A person waits at the prompt: better no keys than a pause. */
const PATIENCE_MS = 1000;
const MOST = 200;

/** The command line in which a key is typed. */
export interface KeyQuestion {
  program: Program;
  around: Surroundings;
  inherited: readonly Flag[];
  words: readonly string[];
  table: FlagTable;
}

/**
 * Keys of the cluster that begin with what is typed, cut after the next `/`: a folder is one candidate, however much is in it,
 * because the next read begins behind it. None where a password would have to be asked for.
 */
export async function keyCandidates(
  typed: string,
  { program, around, inherited, words, table }: KeyQuestion,
): Promise<string[]> {
  const { flags } = parseWords<GlobalFlags>(words, table);
  const options = resolveOptions(inherited, flags, { noTimeout: undefined, variables: [] }, around);
  if (options.user !== '' && !options.user.includes(':') && options.password === '') return [];
  const limited = { ...options, debug: false, dialTimeout: PATIENCE_MS, commandTimeout: PATIENCE_MS };
  const context = makeContext(program, around, () => limited);
  try {
    const { kv } = await context.connect();
    const found: string[] = [];
    const { range_end: end, key: first } = prefixRange(Buffer.from(typed));
    for (let next = Buffer.from(first); found.length < MOST; ) {
      const { kvs } = await kv.range({ key: next, range_end: end, keys_only: true, limit: 1 });
      if (kvs[0] === undefined) break;
      const candidate = upToSlash(kvs[0].key, Buffer.byteLength(typed));
      found.push(candidate.toString('utf8'));
      const folder = candidate.at(-1) === 0x2f;
      next = folder ? Buffer.from(prefixRange(candidate).range_end) : Buffer.concat([candidate, Buffer.of(0)]);
    }
    return found.filter((key) => !/[\x00-\x1f\x7f\ufffd]/.test(key));
  } finally {
    await context.close();
  }
}

function upToSlash(key: Buffer, from: number): Buffer {
  const slash = key.indexOf(0x2f, from);
  return slash < 0 ? key : key.subarray(0, slash + 1);
}
