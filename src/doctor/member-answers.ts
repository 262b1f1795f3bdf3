/** Answers of members as the checks and repairs have them. */
import type { EtcdClient } from '../etcd/client.js';
import '../rpc/newer-fields.js';
import type { ListedMember, MemberStatus } from './facts.js';

type Response<T extends (...args: never[]) => unknown> = Awaited<ReturnType<T>>;

/** What a member says of itself. */
export function statusOf(status: Response<EtcdClient['maintenance']['status']>): MemberStatus {
  return {
    id: hexOf(status.header.member_id),
    version: status.version,
    storageVersion: status.storageVersion,
    dbSize: Number(status.dbSize),
    dbSizeInUse: Number(status.dbSizeInUse),
    quota: Number(status.dbSizeQuota ?? 0),
    leader: status.leader === '0' ? '0' : hexOf(status.leader),
    isLearner: status.isLearner,
    raftTerm: BigInt(status.raftTerm),
    raftIndex: BigInt(status.raftIndex),
    raftAppliedIndex: BigInt(status.raftAppliedIndex),
    revision: BigInt(status.header.revision),
    errors: status.errors,
  };
}

export function listedMember(member: Response<EtcdClient['cluster']['memberList']>['members'][number]): ListedMember {
  return {
    id: hexOf(member.ID),
    name: member.name,
    isLearner: member.isLearner,
    peerUrls: member.peerURLs,
    clientUrls: member.clientURLs,
  };
}

/** An ID as etcd's tools show it; etcd3 gives it in decimal. */
export function hexOf(id: string): string {
  return BigInt(id).toString(16);
}
