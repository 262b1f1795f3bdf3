import { bool, duration, string, uint } from '../../base/flags/declare.js';

/** What `defrag --cluster` has beside etcdctl's flags. */
export const DEFRAG_CLUSTER_FLAGS = {
  rule: string('only members of which it holds, by dbSize, dbSizeInUse, dbSizeFree, dbQuota and dbQuotaUsage', {
    value: 'RULE',
    own: true,
  }),
  quota: uint('the quota in bytes, for members that do not tell theirs', { default: '2147483648', own: true }),
  moveLeader: bool('hand the leadership to a member that is done before the leader’s turn', { own: true }),
  pause: duration('wait so long between two members', { default: '0s', own: true }),
  dryRun: bool('show what would be done, and do nothing', { own: true }),
  force: bool('go on with those that answer when a member is not well', { own: true }),
};
