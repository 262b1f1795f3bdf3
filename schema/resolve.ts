/** Turns the Go fields of a release into the entries of the schema table. */
import { type GoField, packageName } from './go-types.js';
import type { ProtoField } from './proto-file.js';
import type { Release } from './releases.js';

/** A field of the table; how it is written there is told in src/k8s-decode/protobuf/table.ts. */
export interface Entry {
  /** Its name in JSON; empty where the fields of its message stand in its place (`inline`). */
  name: string;
  number: number;
  /** '' a value, '*' a pointer, '[]' a list, '{}' a map with string keys. */
  card: '' | '*' | '[]' | '{}';
  /** A scalar's letter, `@Special`, or a message as `package.Message` (`core/v1.Pod`). */
  type: string;
  /** '?' for omitempty, '!' for omitzero. */
  omit: string;
  /** Whether some releases that have the message never write the field: it is shown and written only where it is set. */
  onlyIfSet: boolean;
}

const SCALARS: Record<string, string> = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'l',
  int: 'l',
  float64: 'd',
  '[]byte': 'y',
  'time.Duration': 'l',
};

/** Types with a JSON form of their own, by import path or package and name. */
const SPECIALS: Record<string, string> = {
  'meta/v1.Time': '@Time',
  'meta/v1.MicroTime': '@MicroTime',
  'meta/v1.Duration': '@Duration',
  'meta/v1.FieldsV1': '@Raw',
  'meta/v1.Fields': '@Fields',
  'runtime.RawExtension': '@Raw',
  'intstr.IntOrString': '@IntOrString',
  'resource.Quantity': '@Quantity',
  'types.UID': 's',
  'types.NodeName': 's',
};
for (const version of ['v1', 'v1beta1']) {
  SPECIALS[`apiextensions/${version}.JSON`] = '@Raw';
  for (const name of ['OrBool', 'OrArray', 'OrStringArray']) {
    const special = `JSONSchemaProps${name}`;
    SPECIALS[`apiextensions/${version}.${special}`] = `@${special}:apiextensions/${version}.JSONSchemaProps`;
  }
}

/** Resolves the types of one release. */
export class Resolver {
  constructor(private readonly release: Release) {}

  /** The entries of a struct, or undefined where it is not stored as protobuf. */
  entries(packageId: string, struct: string): Entry[] | undefined {
    if (SPECIALS[`${packageId}.${struct}`]) return undefined;
    const pkg = this.release.packages.get(packageId)!;
    const proto = this.release.protos.get(packageId);
    const fields = pkg.structs.get(struct)!;
    if (proto ? !proto.has(struct) : fields.every((field) => !field.protobuf) && !isKind(fields)) return undefined;
    return fields.flatMap((field) => {
      if (!field.protobuf || field.protobuf === '-') return [];
      const entry = this.entry(packageId, field);
      const where = `${this.release.name} ${packageId}.${struct}.${field.name || field.goType}`;
      check(entry, proto?.get(struct)?.get(entry.number), proto !== undefined, where);
      return [entry];
    });
  }

  private entry(packageId: string, field: GoField): Entry {
    const [jsonName = '', ...options] = (field.json ?? '').split(',');
    const inline = options.includes('inline') || (field.embedded && jsonName === '');
    const { card, type } = this.resolve(packageId, field.goType);
    return {
      name: inline ? '' : jsonName || field.name,
      number: Number(field.protobuf!.split(',')[1]),
      card,
      type,
      omit: inline ? '' : (options.includes('omitempty') ? '?' : '') + (options.includes('omitzero') ? '!' : ''),
      onlyIfSet: false,
    };
  }

  private resolve(packageId: string, goType: string): Pick<Entry, 'card' | 'type'> {
    if (SCALARS[goType]) return { card: '', type: SCALARS[goType] };
    if (goType.startsWith('*')) return this.wrap('*', packageId, goType.slice(1));
    if (goType.startsWith('[]')) return this.wrap('[]', packageId, goType.slice(2));
    const map = /^map\[[\w.]+\](.+)$/.exec(goType);
    if (map) return this.wrap('{}', packageId, map[1]!);
    return this.named(packageId, goType);
  }

  private wrap(card: Entry['card'], packageId: string, goType: string): Pick<Entry, 'card' | 'type'> {
    const inner = this.resolve(packageId, goType);
    if (card === '*' && (inner.card === '[]' || inner.card === '{}')) return inner;
    if (inner.card !== '') throw new Error(`${packageId}: no entry can tell ${card} of ${goType}`);
    return { card, type: inner.type };
  }

  private named(packageId: string, goType: string): Pick<Entry, 'card' | 'type'> {
    const [qualifier, name] = goType.includes('.') ? (goType.split('.') as [string, string]) : [undefined, goType];
    const home = qualifier === undefined ? packageId : this.importedPackage(packageId, qualifier);
    const special = SPECIALS[`${home}.${name}`];
    if (special) return { card: '', type: special };
    const pkg = this.release.packages.get(home);
    const underlying = pkg?.named.get(name);
    if (underlying) return pkg?.wrapped.has(name) ? this.inMessage(home, underlying) : this.resolve(home, underlying);
    if (pkg && this.release.protos.size > 0 && !pkg.structs.has(name))
      throw new Error(`${this.release.name}: ${home} has no type ${name}`);
    return { card: '', type: `${home}.${name}` };
  }

  /** A list or map that has a message of its own around it. */
  private inMessage(packageId: string, goType: string): Pick<Entry, 'card' | 'type'> {
    const { card, type } = this.resolve(packageId, goType);
    if (card === '[]') return { card: '', type: type === 's' ? '@Strings' : `@Items:${type}` };
    if (card === '{}' && type === 's') return { card: '', type: '@StringMap' };
    throw new Error(`${packageId}: no entry can tell a message around ${goType}`);
  }

  private importedPackage(packageId: string, qualifier: string): string {
    const path = this.release.packages.get(packageId)!.imports.get(qualifier);
    if (!path) throw new Error(`${this.release.name}: ${packageId} does not import ${qualifier}`);
    return packageName(path);
  }
}

/** Whether a struct is a kind: it embeds TypeMeta. */
export function isKind(fields: GoField[]): boolean {
  return fields.some((field) => field.embedded && /(^|\.)TypeMeta$/.test(field.goType));
}

/** The types of generated.proto that a table type may stand for. */
const PROTO_TYPES: Record<string, string> = {
  s: 'string',
  b: 'bool',
  i: 'int32',
  l: 'int64',
  d: 'double',
  y: 'bytes',
  '@Raw': 'RawExtension|FieldsV1|JSON',
};

/** Holds an entry against generated.proto, where the release has one. */
function check(entry: Entry, proto: ProtoField | undefined, hasProto: boolean, where: string): void {
  if (!hasProto) return;
  if (!proto) throw new Error(`${where}: number ${entry.number} is not in generated.proto`);
  const map = /^map<string, (.+)>$/.exec(proto.type);
  const protoType = (map?.[1] ?? proto.type).replace(/^.*\./, '');
  const expected = PROTO_TYPES[entry.type] ?? entry.type.replace(/^@|^.*[./]/, '').replace(/:.*/, '');
  const repeated = entry.card === '[]';
  // A list or map in a message of its own: `wrapped` has found it by its annotation, under whatever name.
  if (/^@(Strings|Items|StringMap)/.test(entry.type) && /^[A-Z]/.test(protoType)) return;
  if (!expected.split('|').includes(protoType) || repeated !== proto.repeated || (entry.card === '{}') !== !!map) {
    throw new Error(`${where}: ${entry.card}${entry.type} is ${proto.type} in generated.proto`);
  }
}
