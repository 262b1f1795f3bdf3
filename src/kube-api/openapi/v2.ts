/** OpenAPI v2, for clients before Kubernetes 1.27: one document of all types, as JSON or in protobuf (gnostic's OpenAPIv2.proto). */

import { toJson } from '../../k8s-decode/json/json.js';
import { StoredWriter } from '../../k8s-decode/protobuf/wire.js';
import type { Value } from '../../k8s-decode/value.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import type { Apis } from '../apis.js';
import { asFields, type Plain, type PlainObject } from '../plain.js';
import { typesOf } from './group-version.js';

const REFER = (name: string) => `#/definitions/${name}`;

/** What clients ask for it in protobuf with. */
export const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** The types of all APIs, by name. */
async function definitionsOf(apis: Apis): Promise<[string, PlainObject][]> {
  const { types } = await typesOf(apis.all, REFER);
  return [...types].map(([name, schema]) => [name, plainType(schema)]);
}

/** v2 has no alternatives. */
function plainType(schema: PlainObject): PlainObject {
  const { oneOf, anyOf, ...rest } = schema;
  return oneOf === undefined && anyOf === undefined ? rest : { ...rest, type: 'string' };
}

export async function documentJson(apis: Apis, release: number): Promise<string> {
  const definitions = Object.fromEntries(await definitionsOf(apis));
  return `${toJson(asFields({ swagger: '2.0', info: infoOf(release), paths: {}, definitions }))}\n`;
}

function infoOf(release: number): { title: string; version: string } {
  return { title: 'Kubernetes', version: `v1.${release}` };
}

/** Document {1 swagger, 2 info {1 title, 2 version}, 8 paths, 9 definitions {1 named schemas}}. */
export async function documentProtobuf(apis: Apis, release: number): Promise<Buffer> {
  const { title, version } = infoOf(release);
  const writer = new StoredWriter();
  writer.uint32(10).string('2.0');
  writer.uint32(18).fork().uint32(10).string(title).uint32(18).string(version).ldelim();
  writer.uint32(66).fork().ldelim();
  writer.uint32(74).fork();
  for (const [name, schema] of await definitionsOf(apis)) writeNamed(writer, name, schema);
  return writer.ldelim().finish();
}

/** NamedSchema {1 name, 2 schema}, as field 1 of what holds it. */
function writeNamed(writer: StoredWriter, name: string, schema: PlainObject): void {
  writer.uint32(10).fork().uint32(10).string(name).uint32(18).fork();
  writeSchema(writer, schema);
  writer.ldelim().ldelim();
}

/** Schema {1 $ref, 2 format, 19 required, 21 additionalProperties, 22 type, 23 items, 24 allOf, 25 properties, 31 extensions}. */
function writeSchema(writer: StoredWriter, schema: PlainObject): void {
  if (typeof schema.$ref === 'string') writer.uint32(10).string(schema.$ref);
  if (typeof schema.format === 'string') writer.uint32(18).string(schema.format);
  if (typeof schema.description === 'string') writer.uint32(34).string(schema.description);
  for (const name of listOf(schema.required)) writer.uint32((19 << 3) | 2).string(String(name));
  if (schema.additionalProperties !== undefined) writeAdditional(writer, plain(schema.additionalProperties));
  if (typeof schema.type === 'string')
    writer
      .uint32((22 << 3) | 2)
      .fork()
      .uint32(10)
      .string(schema.type)
      .ldelim();
  if (schema.items !== undefined) writeInner(writer, 23, plain(schema.items), true);
  for (const each of listOf(schema.allOf)) writeInner(writer, 24, plain(each), false);
  if (schema.properties !== undefined) {
    writer.uint32((25 << 3) | 2).fork();
    for (const [name, property] of Object.entries(plain(schema.properties))) {
      writeNamed(writer, name, plainType(plain(property)));
    }
    writer.ldelim();
  }
  for (const [name, value] of Object.entries(schema)) if (name.startsWith('x-')) writeExtension(writer, name, value);
}

function writeAdditional(writer: StoredWriter, schema: PlainObject): void {
  writer
    .uint32((21 << 3) | 2)
    .fork()
    .uint32(10)
    .fork();
  writeSchema(writer, plainType(schema));
  writer.ldelim().ldelim();
}

/** A schema in a field; in ItemsItem it is field 1 of another message. */
function writeInner(writer: StoredWriter, number: number, schema: PlainObject, isWrapped: boolean): void {
  writer.uint32((number << 3) | 2).fork();
  if (isWrapped) writer.uint32(10).fork();
  writeSchema(writer, plainType(schema));
  if (isWrapped) writer.ldelim();
  writer.ldelim();
}

/** NamedAny {1 name, 2 Any {2 YAML}}. */
function writeExtension(writer: StoredWriter, name: string, value: Plain | undefined): void {
  const yaml = toYaml(asFields({ value }).get('value') as Value);
  writer
    .uint32((31 << 3) | 2)
    .fork()
    .uint32(10)
    .string(name);
  writer.uint32(18).fork().uint32(18).string(yaml).ldelim().ldelim();
}

function listOf(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? value : [];
}

/** A schema, whether it came out of a definition or was made here. */
function plain(value: Plain | undefined): PlainObject {
  if (value instanceof Map) return Object.fromEntries(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PlainObject) : {};
}
