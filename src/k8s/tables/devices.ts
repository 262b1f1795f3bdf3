/** Dynamic resource allocation, from its first alpha on. */
import { type Fields, field } from '../../k8s-decode/value.js';
import { since } from './age.js';
import { age, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { has, isDeleted, list, number, object, size, text } from './read.js';

const nameAndAge = defineTable({ Name: name, Age: age });
const driverTable = defineTable({ Name: name, DriverName: (object) => text(object, 'driverName'), Age: age });
const schedulingTable = defineTable({
  Name: name,
  SelectedNode: (scheduling) => text(scheduling, 'spec', 'selectedNode'),
  Age: age,
});
const parametersTable = defineTable({
  Name: name,
  GeneratedFrom: (parameters) => {
    const from = object(parameters, 'generatedFrom');
    return from ? `${text(from, 'kind')}.${text(from, 'apiGroup')} ${text(from, 'name')}` : '';
  },
  Age: age,
});

export const tables = {
  DeviceClass: nameAndAge,
  DeviceTaintRule: defineTable({
    Name: name,
    Key: taint('key'),
    Value: taint('value'),
    Effect: taint('effect'),
    TimeAdded: (rule, now) => {
      // The API server takes the time at which it reads the rule.
      const added = field(rule, 'spec', 'taint', 'timeAdded');
      return has(added) ? since(added, now) : '0s';
    },
    Age: age,
  }),
  PodScheduling: schedulingTable,
  PodSchedulingContext: schedulingTable,
  ResourceClaim: defineTable({ Name: name, State: claimState, Age: age }),
  ResourceClaimParameters: parametersTable,
  ResourceClaimTemplate: nameAndAge,
  ResourceClass: driverTable,
  ResourceClassParameters: parametersTable,
  ResourcePoolStatusRequest: defineTable({
    Name: name,
    Driver: (request) => text(request, 'spec', 'driver'),
    Total: poolSum('totalDevices'),
    Available: poolSum('availableDevices'),
    Allocated: poolSum('allocatedDevices'),
    Unavailable: poolSum('unavailableDevices'),
    Errors: (request) => {
      const broken = list(request, 'status', 'pools').filter((pool) => has(pool, 'validationError'));
      return hasPools(request) ? String(broken.length) : '-';
    },
    'Pools:integer': (request) => number(request, ['status', 'poolCount']),
    Status: poolStatus,
    Completed: (request, now) => {
      const end = endOf(request);
      const isComplete = text(end, 'type') === 'Complete';
      return isComplete ? since(field(end, 'lastTransitionTime'), now) : '<none>';
    },
  }),
  ResourceSlice: defineTable({
    Name: name,
    // The first version has no spec.
    Node: (slice) => text(slice, 'spec', 'nodeName') || text(slice, 'nodeName'),
    Driver: (slice) => text(slice, 'spec', 'driver') || text(slice, 'driverName'),
    Pool: (slice) => text(slice, 'spec', 'pool', 'name'),
    Age: age,
  }),
};

function taint(part: string): Cell {
  return (rule) => text(rule, 'spec', 'taint', part);
}

/** `deleted,allocated,reserved`; versions before v1beta1 may be asked to give the devices back. */
function claimState(claim: Fields): string {
  const deleted = isDeleted(claim) ? ['deleted'] : [];
  if (!has(claim, 'status', 'allocation')) return deleted[0] ?? 'pending';
  const reserved = size(claim, 'status', 'reservedFor') > 0 ? ['reserved'] : [];
  const returned = field(claim, 'status', 'deallocationRequested') === true ? ['deallocating'] : [];
  return [...deleted, 'allocated', ...(reserved.length > 0 ? reserved : returned)].join(',');
}

/** The condition that ended a request. */
function endOf(request: Fields) {
  return list(request, 'status', 'conditions').find(
    (each) => field(each, 'status') === 'True' && ['Complete', 'Failed'].includes(text(each, 'type')),
  );
}

function hasPools(request: Fields): boolean {
  return has(request, 'status') && text(endOf(request), 'type') !== 'Failed';
}

function poolSum(fact: string): Cell {
  return (request) => {
    if (!hasPools(request)) return '-';
    return String(list(request, 'status', 'pools').reduce((sum: number, pool) => sum + number(pool, [fact]), 0));
  };
}

function poolStatus(request: Fields): string {
  const status = text(endOf(request), 'type') || 'Pending';
  const [shown, all] = [size(request, 'status', 'pools'), number(request, ['status', 'poolCount'])];
  return status === 'Complete' && all > shown ? `Complete (${shown}/${all} pools)` : status;
}
