/** Small groups: what the API server keeps about APIs and their storage, and kinds that show no more than when they were made. */
import { type Fields, field } from '../../k8s-decode/value.js';
import { age, createdAt, firstThree, name } from './cells.js';
import { defineTable } from './define.js';
import { condition, list, object, scalar, text, texts } from './read.js';

const createdTable = defineTable({ Name: name, 'Created At:date': createdAt });

export const tables = {
  APIService: defineTable({
    Name: name,
    Service: (api) => {
      const service = object(api, 'spec', 'service');
      return service ? `${text(service, 'namespace')}/${text(service, 'name')}` : 'Local';
    },
    Available: availability,
    Age: age,
  }),
  AuditSink: createdTable,
  // These columns are 1.37's; before, there were no more than the name and the time.
  CustomResourceDefinition: defineTable({
    Name: name,
    Scope: (definition) => text(definition, 'spec', 'scope'),
    Versions: servedVersions,
    'Created At:date': createdAt,
    'Group:string*': (definition) => text(definition, 'spec', 'group'),
    'Kind:string*': (definition) => text(definition, 'spec', 'names', 'kind'),
    'ShortNames:string*': (definition) => texts(definition, 'spec', 'names', 'shortNames').join(','),
    'Established:boolean*': (definition) =>
      text(condition(list(definition, 'status', 'conditions'), 'Established'), 'status') === 'True',
  }),
  PodPreset: createdTable,
  StorageVersion: defineTable({
    Name: name,
    CommonEncodingVersion: (version) => scalar(version, ['status', 'commonEncodingVersion'], '<unset>'),
    StorageVersions: (version) =>
      firstThree(
        list(version, 'status', 'storageVersions').map(
          (server) => `${text(server, 'apiServerID')}=${text(server, 'encodingVersion')}`,
        ),
      ),
    Age: age,
  }),
  StorageVersionMigration: defineTable({ 'Name:string': name, Resource: migrated, Status: migrationStatus }),
};

/** `v1(storage),v1alpha1`. A definition of v1beta1 may name its only version by itself. */
function servedVersions(definition: Fields): string {
  const served = list(definition, 'spec', 'versions').filter((version) => field(version, 'served') === true);
  const names = served.map(
    (version) => text(version, 'name') + (field(version, 'storage') === true ? '(storage)' : ''),
  );
  const only = text(definition, 'spec', 'version');
  return names.length === 0 && only !== '' ? `${only}(storage)` : names.sort().join(',');
}

/** `True`, or what is wrong: `False (MissingEndpoints)`. */
function availability(api: Fields): string {
  const available = condition(list(api, 'status', 'conditions'), 'Available');
  if (!available) return 'Unknown';
  const [status, reason] = [text(available, 'status'), text(available, 'reason')];
  return status === 'True' || reason === '' ? status : `${status} (${reason})`;
}

function migrated(migration: Fields): string {
  const [group, resource] = [
    text(migration, 'spec', 'resource', 'group'),
    text(migration, 'spec', 'resource', 'resource'),
  ];
  return group === '' ? resource : `${resource}.${group}`;
}

/** The last of the conditions that hold. */
function migrationStatus(migration: Fields): string {
  const holding = list(migration, 'status', 'conditions').filter((each) => text(each, 'status') === 'True');
  const states = holding.map((each) => text(each, 'type')).filter((type) => STATES.includes(type));
  return states.at(-1) ?? 'Unknown';
}

const STATES = ['Running', 'Failed', 'Succeeded'];
