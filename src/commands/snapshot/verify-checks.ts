/** The checks of `snapshot verify`. */
import { decodeStored, isStored } from '../../k8s-decode/index.js';
import { findEtcd, namedEtcd } from '../../node/etcd-program.js';
import type { Trial } from '../../repair/trial-restore.js';
import { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { ALL_KEYS } from '../../storage/mvcc/revision.js';
import { type FileReport, verifyFile } from '../../storage/snapshot/verify.js';
import type { CommandContext } from '../command.js';

/** What came of decoding the values. */
interface Decoded {
  objects: number;
  /** Values that are no Kubernetes objects. */
  others: number;
  problems: string[];
}

/** What came of all checks. */
export interface Checked {
  report: FileReport;
  decoded: Decoded;
  /** Undefined where none was asked for. */
  trial: Trial | undefined;
}

/**
 * @param plain the file without compression
 * @throws Failure for the first thing that is wrong with the file
 */
export async function checkSnapshot(
  context: CommandContext,
  path: string,
  plain: string,
  flags: { trial: boolean; etcd: string },
): Promise<Checked> {
  const etcd = flags.etcd === '' ? undefined : namedEtcd(flags.etcd);
  const report = await verifyFile(plain, plain === path ? undefined : path);
  const decoded = await decodeAll(plain);
  if (!flags.trial) return { report, decoded, trial: undefined };
  const { trialRestore } = await import('../../repair/trial-restore.js');
  const trial = await trialRestore(plain, {
    hasHash: report.sha256 === 'ok',
    etcd: etcd ?? findEtcd(context.env.PATH ?? ''),
  });
  return { report, decoded, trial };
}

async function decodeAll(path: string): Promise<Decoded> {
  const decoded: Decoded = { objects: 0, others: 0, problems: [] };
  const file = new EtcdFile(path);
  try {
    const index = file.indexOf(ALL_KEYS, file.revision);
    for (let i = 0; i < index.size; i++) {
      const { value } = file.record(index, i);
      if (!isStored(value)) decoded.others++;
      else
        await decodeStored(value, { key: index.key(i).toString() }).then(
          () => decoded.objects++,
          (error: Error) => decoded.problems.push(error.message),
        );
    }
    return decoded;
  } finally {
    file.close();
  }
}
