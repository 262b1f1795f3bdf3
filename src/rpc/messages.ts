/**
 * The messages of etcd's API v3 (releases 3.4 to 3.8), and those that are stored in its files.
 *
 * A line a message, its fields parted by blanks as `name:number:type`, in the order of the .proto files, which is also the order of
 * `-w json`. `*` before the type: repeated; `?`: a member of a oneof, whose presence counts even when it is zero.
 * Types: i64 u64 u32 bool str bytes enum, or the name of a message. What an older server does not send reads as zero.
 * Source of the facts: rpc.proto, kv.proto and auth.proto of etcd, v3lock.proto, v3election.proto and gRPC's health.proto.
 */
export const MESSAGES = {
  ResponseHeader: 'cluster_id:1:u64 member_id:2:u64 revision:3:i64 raft_term:4:u64',
  KeyValue: 'key:1:bytes create_revision:2:i64 mod_revision:3:i64 version:4:i64 value:5:bytes lease:6:i64',
  Event: 'type:1:enum kv:2:KeyValue prev_kv:3:KeyValue',

  RangeRequest:
    'key:1:bytes range_end:2:bytes limit:3:i64 revision:4:i64 sort_order:5:enum sort_target:6:enum serializable:7:bool keys_only:8:bool count_only:9:bool min_mod_revision:10:i64 max_mod_revision:11:i64 min_create_revision:12:i64 max_create_revision:13:i64',
  RangeResponse: 'header:1:ResponseHeader kvs:2:*KeyValue more:3:bool count:4:i64',
  RangeStreamResponse: 'range_response:1:RangeResponse',
  PutRequest: 'key:1:bytes value:2:bytes lease:3:i64 prev_kv:4:bool ignore_value:5:bool ignore_lease:6:bool',
  PutResponse: 'header:1:ResponseHeader prev_kv:2:KeyValue',
  DeleteRangeRequest: 'key:1:bytes range_end:2:bytes prev_kv:3:bool',
  DeleteRangeResponse: 'header:1:ResponseHeader deleted:2:i64 prev_kvs:3:*KeyValue',
  RequestOp:
    'request_range:1:?RangeRequest request_put:2:?PutRequest request_delete_range:3:?DeleteRangeRequest request_txn:4:?TxnRequest',
  ResponseOp:
    'response_range:1:?RangeResponse response_put:2:?PutResponse response_delete_range:3:?DeleteRangeResponse response_txn:4:?TxnResponse',
  Compare:
    'result:1:enum target:2:enum key:3:bytes version:4:?i64 create_revision:5:?i64 mod_revision:6:?i64 value:7:?bytes lease:8:?i64 range_end:64:bytes',
  TxnRequest: 'compare:1:*Compare success:2:*RequestOp failure:3:*RequestOp',
  TxnResponse: 'header:1:ResponseHeader succeeded:2:bool responses:3:*ResponseOp',
  CompactionRequest: 'revision:1:i64 physical:2:bool',
  CompactionResponse: 'header:1:ResponseHeader',

  WatchRequest:
    'create_request:1:?WatchCreateRequest cancel_request:2:?WatchCancelRequest progress_request:3:?WatchProgressRequest',
  WatchCreateRequest:
    'key:1:bytes range_end:2:bytes start_revision:3:i64 progress_notify:4:bool filters:5:*enum prev_kv:6:bool watch_id:7:i64 fragment:8:bool',
  WatchCancelRequest: 'watch_id:1:i64',
  WatchProgressRequest: '',
  WatchResponse:
    'header:1:ResponseHeader watch_id:2:i64 created:3:bool canceled:4:bool compact_revision:5:i64 cancel_reason:6:str fragment:7:bool events:11:*Event',

  LeaseGrantRequest: 'TTL:1:i64 ID:2:i64',
  LeaseGrantResponse: 'header:1:ResponseHeader ID:2:i64 TTL:3:i64 error:4:str',
  LeaseRevokeRequest: 'ID:1:i64',
  LeaseRevokeResponse: 'header:1:ResponseHeader',
  LeaseKeepAliveRequest: 'ID:1:i64',
  LeaseKeepAliveResponse: 'header:1:ResponseHeader ID:2:i64 TTL:3:i64',
  LeaseTimeToLiveRequest: 'ID:1:i64 keys:2:bool',
  LeaseTimeToLiveResponse: 'header:1:ResponseHeader ID:2:i64 TTL:3:i64 grantedTTL:4:i64 keys:5:*bytes',
  LeaseLeasesRequest: '',
  LeaseStatus: 'ID:1:i64',
  LeaseLeasesResponse: 'header:1:ResponseHeader leases:2:*LeaseStatus',

  Member: 'ID:1:u64 name:2:str peerURLs:3:*str clientURLs:4:*str isLearner:5:bool',
  MemberAddRequest: 'peerURLs:1:*str isLearner:2:bool',
  MemberAddResponse: 'header:1:ResponseHeader member:2:Member members:3:*Member',
  MemberRemoveRequest: 'ID:1:u64',
  MemberRemoveResponse: 'header:1:ResponseHeader members:2:*Member',
  MemberUpdateRequest: 'ID:1:u64 peerURLs:2:*str',
  MemberUpdateResponse: 'header:1:ResponseHeader members:2:*Member',
  MemberListRequest: 'linearizable:1:bool',
  MemberListResponse: 'header:1:ResponseHeader members:2:*Member',
  MemberPromoteRequest: 'ID:1:u64',
  MemberPromoteResponse: 'header:1:ResponseHeader members:2:*Member',

  AlarmRequest: 'action:1:enum memberID:2:u64 alarm:3:enum',
  AlarmMember: 'memberID:1:u64 alarm:2:enum',
  AlarmResponse: 'header:1:ResponseHeader alarms:2:*AlarmMember',
  StatusRequest: '',
  StatusResponse:
    'header:1:ResponseHeader version:2:str dbSize:3:i64 leader:4:u64 raftIndex:5:u64 raftTerm:6:u64 raftAppliedIndex:7:u64 errors:8:*str dbSizeInUse:9:i64 isLearner:10:bool storageVersion:11:str dbSizeQuota:12:i64 downgradeInfo:13:DowngradeInfo',
  DowngradeInfo: 'enabled:1:bool targetVersion:2:str',
  DefragmentRequest: '',
  DefragmentResponse: 'header:1:ResponseHeader',
  HashRequest: '',
  HashResponse: 'header:1:ResponseHeader hash:2:u32',
  HashKVRequest: 'revision:1:i64',
  HashKVResponse: 'header:1:ResponseHeader hash:2:u32 compact_revision:3:i64 hash_revision:4:i64',
  SnapshotRequest: '',
  SnapshotResponse: 'header:1:ResponseHeader remaining_bytes:2:u64 blob:3:bytes version:4:str',
  MoveLeaderRequest: 'targetID:1:u64',
  MoveLeaderResponse: 'header:1:ResponseHeader',
  DowngradeRequest: 'action:1:enum version:2:str',
  DowngradeResponse: 'header:1:ResponseHeader version:2:str',

  AuthEnableRequest: '',
  AuthEnableResponse: 'header:1:ResponseHeader',
  AuthDisableRequest: '',
  AuthDisableResponse: 'header:1:ResponseHeader',
  AuthStatusRequest: '',
  AuthStatusResponse: 'header:1:ResponseHeader enabled:2:bool authRevision:3:u64',
  AuthenticateRequest: 'name:1:str password:2:str',
  AuthenticateResponse: 'header:1:ResponseHeader token:2:str',
  UserAddOptions: 'no_password:1:bool',
  AuthUserAddRequest: 'name:1:str password:2:str options:3:UserAddOptions hashedPassword:4:str',
  AuthUserAddResponse: 'header:1:ResponseHeader',
  AuthUserGetRequest: 'name:1:str',
  AuthUserGetResponse: 'header:1:ResponseHeader roles:2:*str',
  AuthUserListRequest: '',
  AuthUserListResponse: 'header:1:ResponseHeader users:2:*str',
  AuthUserDeleteRequest: 'name:1:str',
  AuthUserDeleteResponse: 'header:1:ResponseHeader',
  AuthUserChangePasswordRequest: 'name:1:str password:2:str hashedPassword:3:str',
  AuthUserChangePasswordResponse: 'header:1:ResponseHeader',
  AuthUserGrantRoleRequest: 'user:1:str role:2:str',
  AuthUserGrantRoleResponse: 'header:1:ResponseHeader',
  AuthUserRevokeRoleRequest: 'name:1:str role:2:str',
  AuthUserRevokeRoleResponse: 'header:1:ResponseHeader',
  Permission: 'permType:1:enum key:2:bytes range_end:3:bytes',
  AuthRoleAddRequest: 'name:1:str',
  AuthRoleAddResponse: 'header:1:ResponseHeader',
  AuthRoleGetRequest: 'role:1:str',
  AuthRoleGetResponse: 'header:1:ResponseHeader perm:2:*Permission',
  AuthRoleListRequest: '',
  AuthRoleListResponse: 'header:1:ResponseHeader roles:2:*str',
  AuthRoleDeleteRequest: 'role:1:str',
  AuthRoleDeleteResponse: 'header:1:ResponseHeader',
  AuthRoleGrantPermissionRequest: 'name:1:str perm:2:Permission',
  AuthRoleGrantPermissionResponse: 'header:1:ResponseHeader',
  AuthRoleRevokePermissionRequest: 'role:1:str key:2:bytes range_end:3:bytes',
  AuthRoleRevokePermissionResponse: 'header:1:ResponseHeader',

  // v3lockpb and v3electionpb: served by every member on its client port.
  LockRequest: 'name:1:bytes lease:2:i64',
  LockResponse: 'header:1:ResponseHeader key:2:bytes',
  UnlockRequest: 'key:1:bytes',
  UnlockResponse: 'header:1:ResponseHeader',

  // grpc.health.v1
  HealthCheckRequest: 'service:1:str',
  HealthCheckResponse: 'status:1:enum',

  // Stored in the db file: buckets authUsers, authRoles and lease.
  User: 'name:1:bytes password:2:bytes roles:3:*str options:4:UserAddOptions',
  Role: 'name:1:bytes keyPermission:2:*Permission',
  Lease: 'ID:1:i64 TTL:2:i64 RemainingTTL:3:i64',
} as const;

export type MessageName = keyof typeof MESSAGES;

/** How a method's requests and responses travel. */
export interface Method {
  /** The `:path` of the HTTP/2 request. */
  path: string;
  request: MessageName;
  response: MessageName;
  requestStream: boolean;
  responseStream: boolean;
}

/** gRPC services by the name that etcd3's clients use. */
const PACKAGES: Record<string, string> = {
  Lock: 'v3lockpb.Lock',
  Health: 'grpc.health.v1.Health',
};

/** Request and response where they are not `<Method>Request` and `<Method>Response`; `>` marks a stream. */
const IRREGULAR: Record<string, [request: string, response: string]> = {
  'KV/RangeStream': ['RangeRequest', '>RangeStreamResponse'],
  'KV/Compact': ['CompactionRequest', 'CompactionResponse'],
  'Watch/Watch': ['>WatchRequest', '>WatchResponse'],
  'Lease/LeaseKeepAlive': ['>LeaseKeepAliveRequest', '>LeaseKeepAliveResponse'],
  'Maintenance/Snapshot': ['SnapshotRequest', '>SnapshotResponse'],
  'Health/Check': ['HealthCheckRequest', 'HealthCheckResponse'],
};

/**
 * The gRPC method behind a call of etcd3's clients, e.g. `methodOf('KV', 'deleteRange')`.
 * @throws RangeError for a method that no release of etcd has: a mistake in this program.
 */
export function methodOf(service: string, method: string): Method {
  const rpc = method.charAt(0).toUpperCase() + method.slice(1);
  const prefix = service === 'Auth' && /^(User|Role)/.test(rpc) ? 'Auth' : '';
  const [request, response] = IRREGULAR[`${service}/${rpc}`] ?? [`${prefix}${rpc}Request`, `${prefix}${rpc}Response`];
  const found = { request: request.replace('>', ''), response: response.replace('>', '') };
  if (!(found.request in MESSAGES)) throw new RangeError(`no method ${service}/${rpc}`);
  return {
    path: `/${PACKAGES[service] ?? `etcdserverpb.${service}`}/${rpc}`,
    request: found.request as MessageName,
    response: found.response as MessageName,
    requestStream: request !== found.request,
    responseStream: response !== found.response,
  };
}
