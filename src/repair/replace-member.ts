/** Puts a new member in the place of another one. */
import { Failure } from '../base/errors.js';
import { listedMember } from '../doctor/member-answers.js';
import type { EtcdClient } from '../etcd/client.js';
import { isAnswering, type Member, type Members, quorumText } from './members.js';
import {
  addLearner,
  checkedArithmetic,
  moveLeaderFrom,
  promote,
  quorumAfter,
  type WaitOptions,
  waitForMember,
} from './membership.js';

export interface ReplaceOptions extends WaitOptions {
  /** The new one's name and peer URLs: by default those of the old one, whose machine it is then. */
  name: string;
  peerUrls: string[];
  force: boolean;
}

/** The order in which it is done. A member at the same address has to leave before its successor can come. */
export type ReplaceOrder = 'remove first' | 'add first';

export function replaceOrder(old: Member, { peerUrls }: ReplaceOptions): ReplaceOrder {
  const isSameAddress = old.peerUrls.some((url) => peerUrls.includes(url));
  return isAnswering(old) && !isSameAddress ? 'add first' : 'remove first';
}

/**
 * What will be done, in words.
 * @throws Failure when it would lose the quorum and `force` is not given
 */
export function replacePlan({ all }: Members, old: Member, options: ReplaceOptions): string[] {
  const title = `${old.name || 'unstarted'} (${old.id})`;
  const arithmetic = checkedArithmetic(all, { remove: old }, options.force);
  const remove = `remove ${title}: ${quorumText(quorumAfter(all, { remove: old }))}`;
  const add = [
    `add ${options.name} at ${options.peerUrls.join(', ')} as a learner, which has no vote and can't cost the quorum`,
    `you start etcd there, with an empty data directory and the settings that are printed`,
    `promote ${options.name} when it has caught up`,
  ];
  const isLast = replaceOrder(old, options) === 'add first';
  return [...arithmetic.trimEnd().split('\n'), ...(isLast ? [...add, remove] : [remove, ...add])];
}

export type ReplaceStep =
  | { step: 'leader moved'; to: Member }
  | { step: 'removed'; member: Member }
  | { step: 'added'; member: Member; others: Member[] }
  | { step: 'promoted'; member: Member };

/** Does what {@link replacePlan} says. */
export async function* replaceMember(
  anyClient: EtcdClient,
  { all }: Members,
  old: Member,
  options: ReplaceOptions,
): AsyncGenerator<ReplaceStep> {
  checkedArithmetic(all, { remove: old }, options.force);
  // Asked is one that stays: with the old one its endpoint goes away.
  const staying = all.find((member) => isAnswering(member) && member.id !== old.id);
  const client = staying ? anyClient.at(staying.endpoint) : anyClient;
  const order = replaceOrder(old, options);
  if (order === 'remove first') yield* removeMember(client, old);
  const response = await addLearner(client, options.peerUrls, options);
  const added = { ...listedMember(response.member), endpoint: '' };
  const others = response.members.filter(({ ID }) => ID !== response.member.ID);
  yield { step: 'added', member: added, others: others.map((each) => ({ ...listedMember(each), endpoint: '' })) };
  const member = await waitForMember(client, added.id, options);
  await promote(client, added.id, options);
  yield { step: 'promoted', member };
  if (order === 'add first') yield* removeMember(client, old);
}

async function* removeMember(client: EtcdClient, old: Member): AsyncGenerator<ReplaceStep> {
  const to = await moveLeaderFrom(client, old);
  if (to) yield { step: 'leader moved', to };
  await client.cluster.memberRemove({ ID: String(BigInt(`0x${old.id}`)) });
  yield { step: 'removed', member: old };
}

/** @throws Failure when a member that is to be replaced is the only one */
export function refuseLast({ all }: Members, old: Member): void {
  if (all.length > 1) return;
  throw new Failure(`${old.name || old.id} is the only member: nothing would be left to copy its data from`, {
    hint: 'add another one first (`member add --learner --wait --promote`), or take a snapshot and restore it',
  });
}
