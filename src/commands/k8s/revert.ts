import { Failure } from '../../base/errors.js';
import { int, string } from '../../base/flags/declare.js';
import type { KeyRevision } from '../../etcd/key-history.js';
import { qualifiedName } from '../../k8s/resources.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { CHANGE_FLAGS } from './change.js';
import { openAnyCluster } from './cluster.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, oneObject } from './objects.js';
import { restore } from './restore.js';

export const spec = {
  usage: 'k8s revert [options] TYPE/NAME',
  description:
    'Takes the last change of an object back, or all since a revision or a time, past the API server: as etcd had it then, with its uid, also where it was deleted meanwhile. `k8s history` shows the revisions. What `k8s restore --rev N --overwrite` does, for one object.',
  examples: [
    'ketcdctl k8s revert deploy/web -n shop # what would be taken back: the last change',
    'ketcdctl k8s revert deploy/web -n shop --yes',
    'ketcdctl k8s revert cm/app-config -n shop --rev 4200 --yes # as it was at a revision',
    'ketcdctl k8s revert cm/app-config -n shop --before 10m --yes',
  ],
  flags: {
    rev: int('as it was at a revision (0: before its last change)', { default: '0' }),
    before: string('as it was then: 10m for ten minutes ago, or 2026-11-26T10:00:00Z', { value: 'AGE' }),
    ...NAMESPACE_FLAG,
    ...CHANGE_FLAGS,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const cluster = await openAnyCluster(context, { registryPrefix: flags.registryPrefix });
  const { key, resource, name } = await oneObject(cluster, args, flags);
  const isNamed = flags.rev !== 0n || flags.before !== '';
  const rev = isNamed ? flags.rev : await revisionBeforeChange(context, Buffer.from(key));
  return restore(context, [`${qualifiedName(resource)}/${name}`], {
    ...flags,
    rev,
    from: '',
    journal: '',
    overwrite: true,
    allNamespaces: false,
    selector: '',
    fieldSelector: '',
    withDependents: false,
    withObjects: false,
  });
};

/** @throws Failure where the object was made by its last change, or nothing is left of what was before */
async function revisionBeforeChange(context: CommandContext, key: Buffer): Promise<bigint> {
  const client = await context.connect();
  const { keyHistory } = await import('../../etcd/key-history.js');
  const revisions: KeyRevision[] = [];
  for await (const revision of keyHistory(client, key)) {
    revisions.push(revision);
    if (revisions.length > 2) revisions.shift();
  }
  const [before, last] = revisions.length > 1 ? revisions : [undefined, revisions[0]];
  if (!last) throw new Failure(`there is no key ${key}, and no revision of it is left`);
  if (before && before.type !== 'delete') return last.revision - 1n;
  throw new Failure(`${key} was not there before its last change, or that is compacted`, {
    hint: '`k8s history` shows its revisions; `k8s delete` deletes it',
  });
}
