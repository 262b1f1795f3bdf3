/** Small groups: what the API server keeps about APIs and their storage, and kinds that show no more than when they were made. */
import type { Fields } from '../../k8s-decode/value.js';
import { age, createdAt, firstThree, name } from './cells.js';
import { defineTable } from './define.js';
import { condition, list, object, scalar, text } from './read.js';

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
  CustomResourceDefinition: createdTable,
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
