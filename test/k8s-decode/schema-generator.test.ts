/** The generator's rules, on small releases of its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGoPackage } from '../../schema/go-types.js';
import { merge } from '../../schema/merge.js';
import { readProtoFile } from '../../schema/proto-file.js';
import type { Release } from '../../schema/releases.js';
import { writeTable } from '../../schema/write.js';

/** A release with one package, made of Go and .proto text; what is left of it when the temporary folder is gone. */
function release(name: string, go: string, proto: string): Release {
  const dir = mkdtempSync(join(tmpdir(), 'schema-'));
  writeFileSync(join(dir, 'types.go'), go);
  writeFileSync(join(dir, 'generated.proto'), proto);
  const packages = new Map([['apps/v1', readGoPackage(dir)]]);
  const protos = new Map([['apps/v1', readProtoFile(join(dir, 'generated.proto'))]]);
  rmSync(dir, { recursive: true });
  return { name, packages, protos };
}

/** The lines of the table made of some releases. */
function table(...releases: Release[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'schema-'));
  writeTable(dir, merge(releases, []));
  const text = readFileSync(join(dir, 'apps-v1.ts'), 'utf8');
  rmSync(dir, { recursive: true });
  return text.split('messages: `\n')[1]!.split('\n`')[0]!.split('\n');
}

const GO = `package v1
const GroupName = "apps"
type Mode string
type Widget struct {
\tmetav1.TypeMeta \`json:",inline"\`
\t// A comment.
\tSpec WidgetSpec \`json:"spec,omitempty" protobuf:"bytes,2,opt,name=spec"\` // another
\tInner \`json:",inline" protobuf:"bytes,3,opt,name=inner"\`
}
type WidgetSpec struct {
\tMode *Mode \`json:"mode,omitempty" protobuf:"bytes,1,opt,name=mode,casttype=Mode"\`
\tPorts []int32 \`json:"ports" protobuf:"varint,2,rep,name=ports"\`
\tLimits map[string][]byte \`json:"limits,omitempty" protobuf:"bytes,3,rep,name=limits"\`
}
type Inner struct {
\tSize int64 \`json:"size" protobuf:"varint,1,opt,name=size"\`
}
`;
const PROTO = `message Widget {
  optional WidgetSpec spec = 2;
  optional Inner inner = 3;
}
message WidgetSpec {
  optional string mode = 1;
  repeated int32 ports = 2;
  map<string, bytes> limits = 3;
}
message Inner {
  optional int64 size = 1;
}
`;

test('structs become lines with numbers, types and tags', () => {
  assert.deepEqual(table(release('1.1', GO, PROTO)), [
    'Inner size=1l',
    'Widget spec=2WidgetSpec? =3Inner',
    'WidgetSpec mode=1*s? ports=2[]i limits=3{}y?',
  ]);
});

test('a field that a release dropped stays in its place, and the newest release decides the tags', () => {
  const go = GO.replace(/\tPorts.*\n/, '').replace('json:"limits,omitempty"', 'json:"limits"');
  const proto = PROTO.replace('  repeated int32 ports = 2;\n', '');
  const lines = table(release('1.1', GO, PROTO), release('1.2', go, proto));
  assert.equal(lines[2], 'WidgetSpec mode=1*s? ports=2[]i~ limits=3{}y');
});

test('a struct that a release added to its message is shown where it is set, and stays so in later releases', () => {
  const go = GO.replace(
    '\tInner `',
    '\tState Inner `json:"state,omitempty" protobuf:"bytes,4,opt,name=state"`\n\tInner `',
  );
  const proto = PROTO.replace('optional Inner inner = 3;', 'optional Inner inner = 3;\n  optional Inner state = 4;');
  const older = release('1.1', GO, PROTO);
  assert.equal(
    table(older, release('1.2', go, proto), release('1.3', go, proto))[1],
    'Widget spec=2WidgetSpec? state=4Inner?~ =3Inner',
  );
});

test('a message that takes the place of another one takes over the fields that it lacks', () => {
  const go = GO.replaceAll('Inner', 'Core').replace('"size"', '"volume"').replace('varint,1', 'varint,2');
  const proto = PROTO.replace('optional Inner', 'optional Core')
    .replace('Inner {', 'Core {')
    .replace('size = 1', 'volume = 2');
  const lines = table(release('1.1', GO, PROTO), release('1.2', go, proto));
  assert.equal(lines[0], 'Core size=1l~ volume=2l');
});

test('what tags and .proto file do not agree on stops the generator', () => {
  assert.throws(() => table(release('1.1', GO, PROTO.replace('int64 size', 'int32 size'))), /Inner\.Size: l is int32/);
  assert.throws(
    () => table(release('1.1', GO, PROTO.replace('mode = 1', 'mode = 9'))),
    /number 1 is not in generated\.proto/,
  );
});

test('a name with a new number stops the generator', () => {
  const go = GO.replace('varint,1,opt,name=size', 'varint,4,opt,name=size');
  const newer = release('1.2', go, PROTO.replace('size = 1', 'size = 4'));
  assert.throws(() => table(release('1.1', GO, PROTO), newer), /another number/);
});
