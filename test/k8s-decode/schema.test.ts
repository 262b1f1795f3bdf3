/** The generated table: everything in it compiles, and no two fields of a message are in each other's way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../src/k8s-decode/protobuf/message.js';
import { fieldsOf, type SchemaPackage } from '../../src/k8s-decode/protobuf/table.js';
import { schemaLoaders } from '../../src/k8s-decode/schema/index.js';

const packages = Object.entries(schemaLoaders);

function messageNames(schema: SchemaPackage): string[] {
  return schema.messages
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]!);
}

test('every message of every group and version compiles', async () => {
  for (const [apiVersion, load] of packages) {
    const schema = await load();
    for (const name of messageNames(schema))
      assert.doesNotThrow(() => Message.of({ schema, name }), `${apiVersion} ${name}`);
  }
});

test('numbers and names are unique within a message', async () => {
  for (const [, load] of packages) {
    const schema = await load();
    for (const name of messageNames(schema)) {
      const fields = fieldsOf({ schema, name });
      const names = fields.map((field) => field.name).filter((field) => field !== '' && field !== '-');
      assert.equal(new Set(fields.map((field) => field.number)).size, fields.length, `${schema.name}.${name}`);
      assert.equal(new Set(names).size, names.length, `${schema.name}.${name}`);
    }
  }
});

test('omitzero stands only where the decoder knows a zero value', async () => {
  for (const [, load] of packages) {
    const schema = await load();
    for (const name of messageNames(schema)) {
      for (const { omitZero, type } of fieldsOf({ schema, name })) {
        assert.ok(!omitZero || type === '@Time', `${schema.name}.${name}: ${type}`);
      }
    }
  }
});

test('kinds of all times are there', async () => {
  const kinds = new Map<string, string>();
  for (const [apiVersion, load] of packages) kinds.set(apiVersion, ` ${(await load()).kinds} `);
  for (const [apiVersion, kind] of [
    ['v1', 'Pod'],
    ['admission.k8s.io/v1alpha1', 'AdmissionReview'],
    ['admissionregistration.k8s.io/v1alpha1', 'InitializerConfiguration'],
    ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition'],
    ['apiregistration.k8s.io/v1beta1', 'APIService'],
    ['apps/v1beta1', 'Deployment'],
    ['apps/v1beta2', 'StatefulSet'],
    ['auditregistration.k8s.io/v1alpha1', 'AuditSink'],
    ['batch/v2alpha1', 'CronJob'],
    ['extensions/v1beta1', 'PodSecurityPolicy'],
    ['flowcontrol.apiserver.k8s.io/v1alpha1', 'FlowSchema'],
    ['imagepolicy.k8s.io/v1alpha1', 'ImageReview'],
    ['networking.k8s.io/v1alpha1', 'ClusterCIDR'],
    ['policy/v1beta1', 'PodDisruptionBudget'],
    ['resource.k8s.io/v1alpha1', 'ResourceClass'],
    ['resource.k8s.io/v1', 'ResourceSlice'],
    ['scheduling.k8s.io/v1alpha1', 'PriorityClass'],
    ['settings.k8s.io/v1alpha1', 'PodPreset'],
    ['storagemigration.k8s.io/v1alpha1', 'StorageVersionMigration'],
  ] as const) {
    assert.ok(kinds.get(apiVersion)?.includes(` ${kind} `), `${apiVersion} ${kind}`);
  }
});
