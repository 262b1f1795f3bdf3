import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { humanDuration, instant } from './age.js';
import { age, name, orNone } from './cells.js';
import { defineTable } from './define.js';
import { condition, has, isDeleted, list, number, object, size, text } from './read.js';

export const podTable = defineTable({
  Name: name,
  Ready: (pod) => {
    const { ready, containers } = summaryOf(pod);
    return `${ready}/${containers}`;
  },
  Status: (pod) => summaryOf(pod).status,
  Restarts: (pod, now) => {
    const { restarts, lastRestart } = summaryOf(pod);
    return restarts === 0 || lastRestart === 0
      ? String(restarts)
      : `${restarts} (${humanDuration(now - lastRestart)} ago)`;
  },
  Age: age,
  // The first of podIPs should be podIP; if not, podIP is right.
  'IP*': (pod) => orNone(text(pod, 'status', 'podIP') || text(list(pod, 'status', 'podIPs')[0], 'ip')),
  'Node*': (pod) => orNone(text(pod, 'spec', 'nodeName')),
  'Nominated Node*': (pod) => orNone(text(pod, 'status', 'nominatedNodeName')),
  'Readiness Gates*': readinessGates,
});

function readinessGates(pod: Fields): string {
  const gates = list(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = list(pod, 'status', 'conditions');
  const open = gates.filter((gate) => isTrue(conditions, text(gate, 'conditionType')));
  return `${open.length}/${gates.length}`;
}

function isTrue(conditions: Value[], type: string): boolean {
  return field(condition(conditions, type), 'status') === 'True';
}

/** What the containers of a pod say together. */
interface Summary {
  status: string;
  ready: number;
  /** Of those that run side by side: init containers that restart for good (sidecars) among them. */
  containers: number;
  restarts: number;
  /** Milliseconds since 1970, 0 where no container ended before. */
  lastRestart: number;
}

let lastPod: Fields | undefined;
let lastSummary: Summary;

/** Three columns of a row are of one summary. */
function summaryOf(pod: Fields): Summary {
  if (pod !== lastPod) {
    lastPod = pod;
    lastSummary = summarize(pod);
  }
  return lastSummary;
}

function summarize(pod: Fields): Summary {
  const [spec, status] = [object(pod, 'spec'), object(pod, 'status')];
  const conditions = list(status, 'conditions');
  const inits = list(spec, 'initContainers');
  const sidecarCount = inits.filter((init) => field(init, 'restartPolicy') === 'Always').length;
  const containers = size(spec, 'containers') + sidecarCount;
  const { starting, sidecars } = initStatus(inits, list(status, 'initContainerStatuses'));
  if (starting && !isTrue(conditions, 'Initialized')) {
    return { ...starting, status: deletionOr(pod, starting.status), containers };
  }
  const main = mainStatus(status, starting?.status ?? ownReason(status, conditions));
  return {
    status: deletionOr(pod, main.status),
    ready: sidecars.ready + main.ready,
    containers,
    restarts: sidecars.restarts + main.restarts,
    lastRestart: Math.max(sidecars.lastRestart, main.lastRestart),
  };
}

/** Why the pod is as it is where no container knows better. */
function ownReason(status: Fields | undefined, conditions: Value[]): string {
  const gated = conditions.some(
    (each) => field(each, 'reason') === 'SchedulingGated' && field(each, 'type') === 'PodScheduled',
  );
  return gated ? 'SchedulingGated' : text(status, 'reason') || text(status, 'phase');
}

/** A pod that is being deleted says so, unless it has ended; on a lost node nobody knows. */
function deletionOr(pod: Fields, status: string): string {
  if (!isDeleted(pod)) return status;
  if (field(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  const phase = field(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed' ? status : 'Terminating';
}

/** Ready containers and restarts, added up. */
class Tally {
  ready = 0;
  restarts = 0;
  lastRestart = 0;

  add(container: Value): void {
    this.restarts += number(container, ['restartCount']);
    const ended = field(container, 'lastState', 'terminated', 'finishedAt');
    if (ended !== undefined) this.lastRestart = Math.max(this.lastRestart, instant(ended) ?? 0);
  }
}

/**
 * The init containers: what the sidecars among them count, and where the pod is not past them, its status and the restarts of
 * all of them up to the one that holds it up.
 */
function initStatus(specs: Value[], statuses: Value[]) {
  const policies = new Map(specs.map((spec) => [text(spec, 'name'), field(spec, 'restartPolicy')]));
  const all = new Tally();
  const sidecars = new Tally();
  for (const [at, container] of statuses.entries()) {
    const sidecar = policies.get(text(container, 'name')) === 'Always';
    all.add(container);
    if (sidecar) sidecars.add(container);
    const terminated = field(container, 'state', 'terminated');
    if (has(terminated) && number(terminated, ['exitCode']) === 0) continue;
    if (sidecar && field(container, 'started') === true) {
      if (field(container, 'ready') === true) sidecars.ready++;
      continue;
    }
    const { restarts, lastRestart } = all;
    const starting = { status: initReason(container, at, specs.length), ready: sidecars.ready, restarts, lastRestart };
    return { starting, sidecars };
  }
  return { sidecars };
}

/** What keeps a pod from being initialized: the state of the first init container that has not done its work. */
function initReason(container: Value, at: number, count: number): string {
  const terminated = field(container, 'state', 'terminated');
  if (has(terminated)) return `Init:${endReason(terminated)}`;
  const waiting = text(container, 'state', 'waiting', 'reason');
  return waiting === '' || waiting === 'PodInitializing' ? `Init:${at}/${count}` : `Init:${waiting}`;
}

/** Why a container ended: `Error`, `OOMKilled`, `Signal:9`, `ExitCode:3`. */
function endReason(terminated: Value | undefined): string {
  const reason = text(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = number(terminated, ['signal']);
  return signal === 0 ? `ExitCode:${number(terminated, ['exitCode'])}` : `Signal:${signal}`;
}

/** The containers proper: the first of them that waits or has ended gives the status. */
function mainStatus(podStatus: Fields | undefined, reason: string): Tally & { status: string } {
  const tally = new Tally();
  let status = reason;
  let failure = '';
  let running = false;
  for (const container of list(podStatus, 'containerStatuses').toReversed()) {
    tally.add(container);
    const state = object(container, 'state');
    const waiting = text(state, 'waiting', 'reason');
    const terminated = field(state, 'terminated');
    if (waiting !== '') {
      status = waiting;
    } else if (has(terminated)) {
      status = endReason(terminated);
      if (number(terminated, ['exitCode']) !== 0) failure = status;
    } else if (field(container, 'ready') === true && has(state, 'running')) {
      running = true;
      tally.ready++;
    }
  }
  if (status === 'Completed') status = completedStatus(running, failure, isReady(list(podStatus, 'conditions')));
  return Object.assign(tally, { status });
}

/** The status of a pod whose first container is done: the others have a say. */
function completedStatus(running: boolean, failure: string, ready: boolean): string {
  if (running && ready) return 'Running';
  if (failure !== '') return failure;
  return running ? 'NotReady' : 'Completed';
}

function isReady(conditions: Value[]): boolean {
  return conditions.some((each) => field(each, 'type') === 'Ready' && field(each, 'status') === 'True');
}
