/** The types of Kubernetes as OpenAPI has them, out of the schema table: names, fields and their types; descriptions there are none. */
import {
  type FieldEntry,
  fieldsOf,
  hasMessage,
  type MessageRef,
  resolveMessage,
} from '../../k8s-decode/protobuf/table.js';
import type { PlainObject } from '../plain.js';

/** Makes a reference to a type of this name: v2 and v3 keep them in other places. */
export type Refer = (name: string) => string;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Where the types of a package live, as OpenAPI names them; others are in k8s.io/api. */
const HOMES: Record<string, string> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** What the packages of OpenShift are called. */
const OPENSHIFT = 'openshift-';

/** `io.k8s.api.apps.v1.Deployment`. */
export function typeName({ schema, name }: MessageRef): string {
  const [group = '', version = ''] = schema.name.split('/');
  const home = group.startsWith(OPENSHIFT)
    ? `com.github.openshift.api.${group.slice(OPENSHIFT.length)}`
    : (HOMES[group] ?? `io.k8s.api.${group}`);
  return `${home}.${version}.${name}`;
}

/** Types with a JSON form of their own: where they are called something, and what they are. */
const SPECIAL: Record<string, { name: string; schema: PlainObject }> = {
  Time: { name: `${META}.Time`, schema: { type: 'string', format: 'date-time' } },
  MicroTime: { name: `${META}.MicroTime`, schema: { type: 'string', format: 'date-time' } },
  Duration: { name: `${META}.Duration`, schema: { type: 'string' } },
  Quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    schema: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  IntOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  },
  FieldsV1: { name: `${META}.FieldsV1`, schema: { type: 'object' } },
  RawExtension: { name: 'io.k8s.apimachinery.pkg.runtime.RawExtension', schema: { type: 'object' } },
};

const SCALARS: Record<string, PlainObject> = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  d: { type: 'number', format: 'double' },
  y: { type: 'string', format: 'byte' },
};

/** What old releases had as a kind of its own, and newer ones as a part of another. */
const ONCE_A_KIND = new Set(['NodeConfigSource']);

/** Collects the types that some kinds are made of. */
export class TypeCollector {
  readonly types = new Map<string, PlainObject>();

  constructor(private readonly refer: Refer) {}

  /**
   * Adds a message and all that it refers to.
   * @param more what its own schema has beside its properties
   * @returns its name
   */
  add(ref: MessageRef, more: PlainObject = {}): string {
    const name = typeName(ref);
    if (this.types.has(name)) {
      if (Object.keys(more).length > 0) this.types.set(name, { ...this.types.get(name), ...more });
      return name;
    }
    // Types may contain themselves: known before its fields are looked at.
    this.types.set(name, {});
    const isKind = ref.schema.kinds.split(' ').includes(ref.name) && !ONCE_A_KIND.has(ref.name);
    const properties: Record<string, PlainObject> = isKind ? { apiVersion: SCALARS.s!, kind: SCALARS.s! } : {};
    const required: string[] = [];
    this.addFields(ref, properties, required);
    const sorted = Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
    this.types.set(name, {
      type: 'object',
      ...(required.length > 0 && { required: required.sort() }),
      ...(Object.keys(sorted).length > 0 && { properties: sorted }),
      ...more,
    });
    return name;
  }

  /** A type that is no message. */
  addSpecial(type: string): string {
    const { name, schema } = SPECIAL[type]!;
    this.types.set(name, schema);
    return name;
  }

  private addFields(ref: MessageRef, properties: Record<string, PlainObject>, required: string[]): void {
    for (const field of fieldsOf(ref)) {
      if (field.name === '-' || field.onlyIfSet) continue;
      if (field.name === '') {
        this.addFields(resolveMessage(ref.schema, field.type), properties, required);
        continue;
      }
      properties[field.name] = this.property(ref, field);
      if (!field.omitEmpty && !field.omitZero && field.card !== '*') required.push(field.name);
    }
  }

  private property(ref: MessageRef, { name, card, type }: FieldEntry): PlainObject {
    const value = this.valueType(ref, name, type);
    if (card === '[]') return { type: 'array', items: value };
    if (card === '{}') return { type: 'object', additionalProperties: value };
    return value;
  }

  private valueType(ref: MessageRef, field: string, type: string): PlainObject {
    if (Object.hasOwn(SCALARS, type)) return SCALARS[type]!;
    if (!type.startsWith('@')) return this.reference(this.add(resolveMessage(ref.schema, type)));
    return this.specialType(ref, field, type.slice(1));
  }

  private specialType(ref: MessageRef, field: string, type: string): PlainObject {
    const [, or, props] = /^JSONSchemaPropsOr(\w+):(.+)$/.exec(type) ?? [];
    if (or !== undefined) {
      this.add(resolveMessage(ref.schema, props!));
      return this.reference(this.openType(ref, `JSONSchemaPropsOr${or}`));
    }
    if (type === 'Strings') return { type: 'array', items: SCALARS.s! };
    if (type !== 'Raw') return this.reference(this.addSpecial(type));
    if (field === 'fieldsV1') return this.reference(this.addSpecial('FieldsV1'));
    return this.reference(
      ref.schema.name.startsWith('apiextensions/') ? this.openType(ref, 'JSON') : this.addSpecial('RawExtension'),
    );
  }

  /** A type that lets everything through. */
  private openType({ schema }: MessageRef, type: string): string {
    const name = typeName({ schema, name: type });
    this.types.set(name, {});
    return name;
  }

  reference(name: string): PlainObject {
    return { $ref: this.refer(name) };
  }
}

/** Whether the table has the kind, and where. */
export function messageIn(schemas: readonly (MessageRef['schema'] | null)[], name: string): MessageRef | undefined {
  const schema = schemas.find((each) => each && hasMessage({ schema: each, name }));
  return schema ? { schema, name } : undefined;
}
