/** What a v2 tree becomes in v3: a key for each key, and for what expires a lease. Directories have no counterpart. */
import type { Node } from './keys-api.js';

export interface MigratedKey {
  key: string;
  value: string;
  /** When it or a directory above it expires, whichever is first; seconds are what is left of that now. */
  expiry: { at: string; seconds: bigint } | undefined;
}

export interface MigrationPlan {
  keys: MigratedKey[];
  /** Directories without a key in them, which v3 cannot have. */
  emptyDirectories: string[];
  /** Keys whose value holds U+FFFD: the v2 API gives that in place of bytes that are no text. */
  doubtful: string[];
}

/**
 * @param roots what `get` with recursion gave
 * @param prefix is put in front of the keys
 */
export function planMigration(roots: readonly Node[], prefix: string): MigrationPlan {
  const plan: MigrationPlan = { keys: [], emptyDirectories: [], doubtful: [] };
  const visit = (node: Node, above: MigratedKey['expiry']): void => {
    const expiry = earlier(above, expiryOf(node));
    if (!node.dir) {
      plan.keys.push({ key: prefix + node.key, value: node.value, expiry });
      if (node.value.includes('\ufffd')) plan.doubtful.push(node.key);
      return;
    }
    if (!node.nodes?.length && node.key !== '') plan.emptyDirectories.push(node.key);
    for (const child of node.nodes ?? []) visit(child, expiry);
  };
  for (const root of roots) visit(root, undefined);
  return plan;
}

function expiryOf({ expiration, ttl }: Node): MigratedKey['expiry'] {
  if (expiration === undefined) return undefined;
  const seconds = BigInt(ttl);
  return { at: expiration, seconds: seconds > 0n ? seconds : 1n };
}

function earlier(a: MigratedKey['expiry'], b: MigratedKey['expiry']): MigratedKey['expiry'] {
  if (!a || !b) return a ?? b;
  return b.seconds < a.seconds ? b : a;
}
