/** `-w json` of the member commands, which is the one place where --hex changes JSON. */
import type { IMember, IResponseHeader } from 'etcd3/lib/rpc';
import { atLeast, type Context } from '../base/contract.js';
import { stringJson } from '../base/go/json.js';
import type { MessageName } from '../rpc/messages.js';
import { hexId } from './ids.js';
import { messageJson } from './json.js';

/** A response with members: with --hex (3.5: `member list` only; 3.7: all member commands) its IDs are hex strings. */
export function membersJson(
  context: Context,
  name: MessageName,
  response: { header: IResponseHeader; member?: IMember | null; members: IMember[] },
): string {
  const since = name === 'MemberListResponse' ? '3.5' : '3.7';
  if (!context.options.hex || !atLeast(context.mode, since)) return messageJson(name, response);
  const { cluster_id, member_id, raft_term } = response.header;
  const header = `{"cluster_id":"${hexId(cluster_id)}","member_id":"${hexId(member_id)}","raft_term":${raft_term}}`;
  const member = response.member ? `,"member":${memberJson(context, response.member)}` : '';
  return `{"header":${header}${member},"members":[${response.members.map((one) => memberJson(context, one)).join(',')}]}`;
}

function memberJson(context: Context, member: IMember): string {
  // 3.5 has its own struct for this, with another capital letter.
  const clientURLs = atLeast(context.mode, '3.6') ? 'clientURLs' : 'clientURLS';
  const urls = (list: string[]) => `[${list.map(stringJson).join(',')}]`;
  return `{${[
    `"ID":"${hexId(member.ID)}"`,
    member.name ? `"name":${stringJson(member.name)}` : '',
    member.peerURLs.length > 0 ? `"peerURLs":${urls(member.peerURLs)}` : '',
    member.clientURLs.length > 0 ? `"${clientURLs}":${urls(member.clientURLs)}` : '',
    member.isLearner ? '"isLearner":true' : '',
  ]
    .filter(Boolean)
    .join(',')}}`;
}
