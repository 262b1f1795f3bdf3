/** Whether a kube-controller-manager is at work, by the lease that the one which leads renews every two seconds. */
import { stringField } from '../../k8s-decode/value.js';
import type { Cluster } from '../cluster.js';
import { readObjects } from '../objects.js';
import { builtInResources } from '../resources.js';
import { instant } from '../tables/age.js';

export interface ControllerManager {
  /** Who leads: `master-1_UUID`. */
  holder: string;
  /** Milliseconds since it was last heard of. */
  silence: number;
  /** Another one would have taken over by now. */
  isStopped: boolean;
}

/** A leader that cannot renew its lease gives up after 10 s, and another takes over after 15 s. */
const STOPPED_MS = 30_000;

/** Undefined where no lease tells: there is none, or it does not elect a leader. */
export async function controllerManager(cluster: Cluster, now = Date.now()): Promise<ControllerManager | undefined> {
  const resource = builtInResources().find(
    ({ plural, group }) => plural === 'leases' && group === 'coordination.k8s.io',
  )!;
  const query = { resource, namespace: 'kube-system', name: 'kube-controller-manager' };
  for await (const { object } of readObjects(cluster, query)) {
    const renewed = instant(stringField(object, 'spec', 'renewTime'));
    if (renewed === undefined || Number.isNaN(renewed)) return undefined;
    const silence = now - renewed;
    const holder = stringField(object, 'spec', 'holderIdentity') ?? '';
    return { holder, silence, isStopped: silence > STOPPED_MS || holder === '' };
  }
  return undefined;
}
