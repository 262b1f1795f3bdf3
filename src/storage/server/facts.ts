/** What else etcd keeps in its file: members, alarms, leases, users and roles (etcd: server/storage/schema). Answers without headers. */

import { goQuote } from '../../base/go/quote.js';
import { decodeMessage, type Message } from '../../rpc/codec.js';
import { ALARM_NAMES, nameOf } from '../../rpc/names.js';
import { corrupt } from '../bolt/db-file.js';
import { walkTree } from '../bolt/tree-walk.js';
import type { EtcdFile } from '../mvcc/etcd-file.js';
import { ALL_KEYS } from '../mvcc/revision.js';
import { storedMember } from '../raft/stored-member.js';
import { queryRange } from './range-query.js';
import { newest } from './range-request.js';

function entries(file: EtcdFile, bucket: string): [key: Buffer, value: Buffer][] {
  const found = file.db.root.bucket(bucket);
  return found ? [...found.entries()] : [];
}

function meta(file: EtcdFile, name: string): Buffer | undefined {
  return file.db.root.bucket('meta')?.get(name);
}

/** A number of eight bytes in the bucket meta; 0 where there is none. */
function metaNumber(file: EtcdFile, name: string): string {
  const value = meta(file, name);
  return value?.length === 8 ? String(value.readBigUInt64BE(0)) : '0';
}

/** Raft's term, which is stored from 3.5 on. */
export function raftTerm(file: EtcdFile): string {
  return metaNumber(file, 'term');
}

/** A MemberListResponse. */
export function members(file: EtcdFile): Message {
  return {
    members: entries(file, 'members').map(([key, value]) => {
      const member = storedMember(key, value);
      if (!member) throw broken(file, 'members', key, 'a member');
      const { id, name, peerUrls, clientUrls, isLearner } = member;
      return { ID: String(id), name, peerURLs: peerUrls, clientURLs: clientUrls, isLearner };
    }),
  };
}

function broken(file: EtcdFile, bucket: string, key: Buffer, expected: string): Error {
  return corrupt(file.db.file.path, `bucket ${bucket}, entry ${goQuote(key)}`, `expected ${expected}`);
}

/** An AlarmResponse: each alarm is a key. */
export function alarms(file: EtcdFile): { alarms: Message[] } {
  return { alarms: entries(file, 'alarm').map(([key]) => decodeMessage('AlarmMember', key)) };
}

/** The storage version; where there is none (before 3.6, and for some seconds after its first start), that of the cluster. */
function versionOf(file: EtcdFile): string {
  const stored = meta(file, 'storageVersion') ?? file.db.root.bucket('cluster')?.get('clusterVersion');
  return stored?.toString() ?? '';
}

/** A StatusResponse: of a member that has this file, with the log up to what is applied in it. */
export function status(file: EtcdFile): Message {
  const { pageSize, highWater } = file.db.meta;
  const storageVersion = meta(file, 'storageVersion')?.toString() ?? '';
  const applied = metaNumber(file, 'consistent_index');
  return {
    version: versionOf(file),
    dbSize: String(highWater * pageSize),
    dbSizeInUse: String(walkTree(file.db).used * pageSize),
    raftIndex: applied,
    raftTerm: raftTerm(file),
    raftAppliedIndex: applied,
    errors: alarms(file).alarms.map(
      ({ memberID, alarm }) => `memberID:${memberID} alarm:${nameOf(ALARM_NAMES, alarm)} `,
    ),
    storageVersion,
  };
}

/** A LeaseLeasesResponse. */
export function leases(file: EtcdFile): Message {
  return {
    leases: entries(file, 'lease').map(([key]) => {
      if (key.length !== 8) throw broken(file, 'lease', key, 'the ID of a lease');
      return { ID: String(key.readBigInt64BE(0)) };
    }),
  };
}

/** A LeaseTimeToLiveResponse. How long a lease had left is not stored, unless it was checkpointed: otherwise it is taken as new. */
export function timeToLive(file: EtcdFile, request: { ID?: string | number; keys?: boolean }): Message {
  const id = BigInt(request.ID ?? 0);
  const key = Buffer.alloc(8);
  key.writeBigInt64BE(BigInt.asIntN(64, id));
  const value = file.db.root.bucket('lease')?.get(key);
  if (!value) return { ID: String(id), TTL: '-1' };
  const { TTL, RemainingTTL } = decodeMessage('Lease', value);
  const left = RemainingTTL === '0' ? TTL : RemainingTTL;
  return { ID: String(id), TTL: left, grantedTTL: TTL, keys: request.keys ? keysOf(file, BigInt.asIntN(64, id)) : [] };
}

function keysOf(file: EtcdFile, lease: bigint): Buffer[] {
  const { index, positions } = queryRange(file, newest(ALL_KEYS));
  return positions
    .filter((position) => BigInt(file.record(index, position).lease) === lease)
    .map((at) => index.key(at));
}

/** An AuthUserListResponse. */
export function users(file: EtcdFile): Message {
  return { users: entries(file, 'authUsers').map(([key]) => key.toString()) };
}

/** An AuthUserGetResponse; undefined for a user that does not exist. */
export function user(file: EtcdFile, name: string): Message | undefined {
  const value = file.db.root.bucket('authUsers')?.get(name);
  return value && { roles: decodeMessage('User', value).roles };
}

/** An AuthRoleListResponse. */
export function roles(file: EtcdFile): Message {
  return { roles: entries(file, 'authRoles').map(([key]) => key.toString()) };
}

/** An AuthRoleGetResponse; undefined for a role that does not exist. What root may do is not stored; from 3.6 on etcd says it. */
export function role(file: EtcdFile, name: string): Message | undefined {
  const value = file.db.root.bucket('authRoles')?.get(name);
  if (!value) return undefined;
  if (name === 'root' && !/^3\.[0-5]\./.test(versionOf(file)))
    return { perm: [{ permType: 2, key: Buffer.alloc(0), range_end: Buffer.from([0]) }] };
  return { perm: decodeMessage('Role', value).keyPermission };
}

/** An AuthStatusResponse. */
export function authStatus(file: EtcdFile): Message {
  const bucket = file.db.root.bucket('auth');
  const revision = bucket?.get('authRevision');
  return {
    enabled: bucket?.get('authEnabled')?.[0] === 1,
    authRevision: revision?.length === 8 ? String(revision.readBigUInt64BE(0)) : '0',
  };
}
