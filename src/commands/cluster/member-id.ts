/** How commands are told which member is meant. */
import type { IMember } from 'etcd3/lib/rpc';
import { isDropIn } from '../../base/contract.js';
import { badArguments } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import type { EtcdClient } from '../../etcd/client.js';
import { hexId } from '../../output/ids.js';
import type { CommandContext } from '../command.js';

/**
 * A member's ID in hex, as etcdctl takes it.
 * @returns the ID in decimal, as etcd's messages have it.
 * @throws Error with Go's text.
 */
export function parseHexId(text: string): string {
  const why = !/^[\da-f]+$/i.test(text)
    ? 'invalid syntax'
    : BigInt(`0x${text}`) >= 1n << 64n
      ? 'value out of range'
      : '';
  if (why !== '') throw new Error(`strconv.ParseUint: parsing ${goQuote(text)}: ${why}`);
  return String(BigInt(`0x${text}`));
}

/**
 * Checks a member argument before a connection is made: only drop-in mode has a form for it.
 * @throws Failure with etcdctl's text.
 */
export function checkMember(context: CommandContext, text: string): void {
  if (!isDropIn(context.mode)) return;
  try {
    parseHexId(text);
  } catch (error) {
    throw badArguments(`bad member ID arg (${(error as Error).message}), expecting ID in Hex`);
  }
}

/**
 * The ID, in decimal, of the member that `text` means: its ID in hex, in own mode also in decimal, or its name.
 * @throws Failure when it means none or several.
 */
export async function findMember(context: CommandContext, client: EtcdClient, text: string): Promise<string> {
  if (isDropIn(context.mode)) return parseHexId(text);
  const { members } = await client.cluster.memberList({ linearizable: true });
  const meant = members.filter((member) => isMeant(member, text));
  if (meant.length === 1) return meant[0]!.ID;
  const all = (meant.length > 0 ? meant : members).map(({ ID, name }) => `${hexId(ID)} (${name || 'unstarted'})`);
  throw badArguments(
    meant.length > 0 ? `${goQuote(text)} may be several members` : `there is no member ${goQuote(text)}`,
    `${meant.length > 0 ? 'it may be' : 'members are'} ${all.join(', ')}`,
  );
}

function isMeant({ ID, name }: IMember, text: string): boolean {
  return name === text || ID === text || hexId(ID) === text.toLowerCase().replace(/^(?:0x)?0*/, '');
}
