import type { IKeyValue } from 'etcd3/lib/rpc';
import { ExitCode, errorLine } from '../../base/errors.js';
import { bool, int, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { changeText, objectChanges } from '../../k8s/object-diff.js';
import { ObjectWriter } from '../../k8s/write.js';
import { isEncrypted } from '../../k8s-decode/encryption/describe.js';
import { ComparedValues } from '../../output/compared-values.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { CHANGE_FLAGS, changedMeanwhile, mayChange, openForChange, tellKept } from './change.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG } from './objects.js';
import { type SavedValue, savedValues } from './restore-source.js';

export const spec = {
  usage: 'k8s restore [options] --from FILE [TYPE/NAME… | TYPE…]',
  description:
    'Brings objects out of a snapshot back into etcd, past the API server: the stored bytes as they were, and only where the key is not there. With -n alone, a namespace and all in it but events. What is there and differs is left alone, and what differs is said; with --overwrite it is replaced, if it does not change meanwhile. The leases of a snapshot are gone: such a key will not expire. Also takes a file in which another command kept what it changed.',
  examples: [
    'ketcdctl k8s restore deploy/web -n shop --from backup.db',
    'ketcdctl k8s restore -n shop --from backup.db --dry-run # a whole namespace',
    'ketcdctl k8s restore cm/app-config -n shop --from backup.db --rev 4200 --overwrite # as it was at a revision',
    'ketcdctl k8s restore --from ketcdctl-backup-20260302T081500Z.jsonl --overwrite # undo a change',
  ],
  flags: {
    from: string('a snapshot, a database or a backup', { value: 'FILE', complete: 'file', required: true }),
    rev: int('the revision to take out of the snapshot (0: the newest)', { default: '0' }),
    ...NAMESPACE_FLAG,
    overwrite: bool('also replace what is there and differs'),
    ...CHANGE_FLAGS,
  },
} satisfies CommandSpec;

/** What is to be done with a value. */
interface Plan extends SavedValue {
  action: 'create' | 'overwrite' | 'leave' | 'same';
  /** The object as it is in etcd now. */
  now: IKeyValue | undefined;
  /** Lines for the overview. */
  notes: string[];
}

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const target = await openForChange(context, flags);
  const values = new ComparedValues(context, { managedFields: false });
  const plans: Plan[] = [];
  for await (const saved of savedValues(context, target.root, args, flags)) {
    plans.push(await planFor(target, values, saved, flags.overwrite));
  }
  const writing = plans.filter(({ action }) => action === 'create' || action === 'overwrite');
  for (const plan of plans) await context.stderr.write(planText(plan));
  if (writing.length > 0) {
    if (!(await mayChange(context, flags, `Write ${writing.length === 1 ? 'it' : `these ${writing.length}`}?`))) {
      await context.stderr.write(`nothing was written${flags.dryRun ? ' (dry run)' : ''}\n`);
      return flags.dryRun ? ExitCode.Ok : ExitCode.Error;
    }
    if (!(await writeAll(context, target, writing, flags))) return ExitCode.Error;
  }
  const left = plans.filter(({ action }) => action === 'leave').length;
  if (left > 0) await context.stderr.write(`${left} left alone, as they differ: --overwrite replaces them\n`);
  return left > 0 ? ExitCode.Error : ExitCode.Ok;
};

async function planFor(target: Cluster, values: ComparedValues, saved: SavedValue, overwrite: boolean): Promise<Plan> {
  const key = Buffer.from(saved.key);
  const [now] = (await target.client.kv.range({ key })).kvs;
  if (now?.value.equals(saved.value)) return { ...saved, action: 'same', now, notes: [] };
  if (now) {
    const notes = [`it is at revision ${now.mod_revision}, and was at ${saved.mod_revision}`];
    notes.push(...(await whatDiffers(values, key, now.value, saved.value)));
    return { ...saved, action: overwrite ? 'overwrite' : 'leave', now, notes };
  }
  const notes: string[] = [];
  if (saved.lease !== '0') notes.push('its lease is gone: it will not expire');
  if (isEncrypted(saved.value)) notes.push('encrypted: the API server needs the key of then');
  return { ...saved, action: 'create', now, notes };
}

/** How many differences are named. */
const NAMED_CHANGES = 8;
const LONGEST_CHANGE = 160;

async function whatDiffers(values: ComparedValues, key: Buffer, now: Buffer, then: Buffer): Promise<string[]> {
  const [left, right] = [await values.read(key, now), await values.read(key, then)];
  const changes = objectChanges(left.shown, right.shown);
  if (changes.length === 0) return ['only managedFields differ'];
  const lines = changes.slice(0, NAMED_CHANGES).map((change) => {
    const text = changeText(change);
    return text.length > LONGEST_CHANGE ? `${text.slice(0, LONGEST_CHANGE)}…` : text;
  });
  const more = changes.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

const SIGNS = { create: '+', overwrite: '~', leave: '!', same: '=' } as const;
const WORDS = { create: 'not there', overwrite: 'to be replaced', leave: 'left alone', same: 'the same already' };

function planText({ action, key, notes }: Plan): string {
  return `${SIGNS[action]} ${key}  (${WORDS[action]})\n${notes.map((note) => `    ${note}\n`).join('')}`;
}

/** Whether all were written. */
async function writeAll(
  context: CommandContext,
  target: Cluster,
  plans: Plan[],
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
): Promise<boolean> {
  const writer = new ObjectWriter(target.client, flags.backupDir);
  let failed = 0;
  try {
    for (const { key, value, now, action } of plans) {
      const put = { key: Buffer.from(key), value, ...(now && { lease: now.lease }) };
      const end = await writer.put(put, now);
      if (end.done) {
        await context.stdout.write(`${key} ${action === 'create' ? 'restored' : 'overwritten'}\n`);
        continue;
      }
      failed++;
      const { message } = changedMeanwhile(key, now?.mod_revision ?? '0', end.now);
      await context.stderr.write(errorLine(message));
    }
  } finally {
    await tellKept(context, writer);
  }
  return failed === 0;
}
