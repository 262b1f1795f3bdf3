/** What a restore would do, shown as a tree: a line for each object that is written or left, and a count of those that stay. */
import type { Cluster } from '../../k8s/cluster.js';
import { type Member, parentsOf } from '../../k8s/undelete/closure.js';
import type { CommandContext } from '../command.js';
import type { Plan } from './restore-plan.js';
import type { Wanted } from './restore-source.js';

const SIGNS = { create: '+', overwrite: '~', leave: '!', refuse: '!', keep: '=', same: '=' } as const;
const WORDS = {
  create: 'not there',
  overwrite: 'to be replaced',
  leave: 'left alone',
  refuse: 'not possible',
  keep: 'stays as it is',
  same: 'the same already',
};

/** @returns whether all that was asked for is there, or can be written */
export async function tellPlans(
  context: CommandContext,
  target: Cluster,
  wanted: Wanted,
  plans: readonly Plan[],
): Promise<boolean> {
  const { stderr } = context;
  for (const line of treeLines(plans)) await stderr.write(line);
  const counted = (action: Plan['action']) => plans.filter((plan) => plan.action === action);
  const same = counted('same');
  if (same.length === 1) await stderr.write(`= ${same[0]!.key}  (${WORDS.same})\n`);
  if (same.length > 1) await stderr.write(`= ${same.length} objects are the same already\n`);
  const kept = counted('keep');
  if (kept.length > 0) {
    const names = kept.length <= SHOWN ? `: ${kept.map(({ key }) => key).join(', ')}` : '';
    await stderr.write(`= ${kept.length} that others need differ, and stay as they are${names}\n`);
  }
  for (const { what, key, by } of wanted.missing) {
    const { count } = await target.client.kv.range({ key: Buffer.from(key), count_only: true });
    if (count === '0') await stderr.write(`note: ${what}, which ${by} names, is not there, and not in the source\n`);
  }
  const left = counted('leave').length;
  if (left > 0) await stderr.write(`${left} left alone, as they differ: --overwrite replaces them\n`);
  return left === 0 && counted('refuse').length === 0;
}

/** So many are named. */
const SHOWN = 8;
/** Of more that are left, what differs is not told. */
const EXPLAINED = 20;

function* treeLines(plans: readonly Plan[]): Generator<string> {
  const shown = plans.filter(({ action }) => action !== 'same' && action !== 'keep');
  const ofMember = new Map(shown.map((plan) => [plan.member, plan]));
  const parents = parentsOf(shown.map(({ member }) => member));
  const children = new Map<Member | undefined, Plan[]>();
  for (const plan of shown) {
    let parent = parents.get(plan.member);
    // What stays is no line, but what it is below may be one.
    while (parent && !ofMember.has(parent)) parent = parent.parent;
    const list = children.get(parent);
    if (list) list.push(plan);
    else children.set(parent, [plan]);
  }
  const isExplained = shown.filter(({ action }) => action === 'leave').length <= EXPLAINED;
  function* below(parent: Member | undefined, indent: string): Generator<string> {
    for (const { action, key, notes, member } of children.get(parent) ?? []) {
      yield `${SIGNS[action]} ${indent}${key}  (${WORDS[action]})\n`;
      if (action !== 'leave' || isExplained) for (const note of notes) yield `    ${indent}${note}\n`;
      yield* below(member, `${indent}  `);
    }
  }
  yield* below(undefined, '');
}
