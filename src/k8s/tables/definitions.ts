/** Small groups: what the API server keeps about APIs and their storage, and kinds that show no more than when they were made. */
import type { Fields } from '../../k8s-decode/value.js';
import { age, createdAt, firstThree, name } from './cells.js';
import { defineTable } from './define.js';
import { condition, list, object, scalar, text } from './read.js';

const createdTable = defineTable({ NAME: name, 'CREATED AT': createdAt });

export const tables = {
  APIService: defineTable({
    NAME: name,
    SERVICE: (api) => {
      const service = object(api, 'spec', 'service');
      return service ? `${text(service, 'namespace')}/${text(service, 'name')}` : 'Local';
    },
    AVAILABLE: availability,
    AGE: age,
  }),
  AuditSink: createdTable,
  CustomResourceDefinition: createdTable,
  PodPreset: createdTable,
  StorageVersion: defineTable({
    NAME: name,
    COMMONENCODINGVERSION: (version) => scalar(version, ['status', 'commonEncodingVersion'], '<unset>'),
    STORAGEVERSIONS: (version) =>
      firstThree(
        list(version, 'status', 'storageVersions').map(
          (server) => `${text(server, 'apiServerID')}=${text(server, 'encodingVersion')}`,
        ),
      ),
    AGE: age,
  }),
  StorageVersionMigration: defineTable({ NAME: name, RESOURCE: migrated, STATUS: migrationStatus }),
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
