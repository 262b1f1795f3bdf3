import { atLeast } from '../../base/contract.js';
import type { LogFields } from '../../storage/log.js';
import { hexId } from '../../storage/raft/membership.js';
import type { RestoreLog } from '../../storage/snapshot/restore.js';
import type { CommandContext } from '../command.js';
import { etcdLog } from './drop-in.js';

const SOURCE = 'snapshot/v3_snapshot.go';

/**
 * The lines that etcd's tools write of a restore.
 * @param paths the fields of the first and the last of them
 */
export function restoreLog(context: CommandContext, paths: LogFields): RestoreLog {
  const log = etcdLog(context);
  const { mode } = context;
  const modern = atLeast(mode, '3.6');
  return {
    begun: () => log('info', SOURCE, 'restoring snapshot', paths),
    trimmed() {
      if (!atLeast(mode, '3.5')) return;
      const source = modern ? 'schema/membership.go' : 'membership/store.go';
      log('info', source, 'Trimming membership information from the backend...');
    },
    bumped({ before, by, after }) {
      const fields = { 'latest-revision': before, 'bump-amount': by, 'new-latest-revision': after };
      log('info', SOURCE, 'bumping latest revision', fields);
      log('info', SOURCE, 'marking revision compacted', { revision: after });
    },
    added(cluster, member) {
      log('info', 'membership/cluster.go', 'added member', {
        'cluster-id': hexId(cluster.id),
        'local-member-id': '0',
        'added-peer-id': hexId(member.id),
        'added-peer-peer-urls': member.peerUrls,
        ...(atLeast(mode, '3.5') && { 'added-peer-is-learner': false }),
      });
    },
    done: () => log('info', SOURCE, 'restored snapshot', paths),
  };
}
