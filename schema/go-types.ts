/**
 * Reads the struct declarations of a Go package of Kubernetes: of each field the Go type, and the `json` and `protobuf` tags.
 *
 * It reads lines, not Go: gofmt gives declarations one layout, and what it gets wrong shows up against generated.proto.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A field of a Go struct. */
export interface GoField {
  /** Empty for an embedded field. */
  name: string;
  goType: string;
  embedded: boolean;
  /** The tags as they stand in the source; null where the field has none. */
  json: string | null;
  protobuf: string | null;
}

/** What one release says of one package. */
export interface GoPackage {
  /** Structs with their fields in order. */
  structs: Map<string, GoField[]>;
  /** Named types that are no structs: what they stand for. */
  named: Map<string, string>;
  /** Named list types that have a message of their own around the list (`+protobuf.nullable=true`). */
  wrapped: Set<string>;
  /** What package a qualifier such as `metav1` stands for. */
  imports: Map<string, string>;
  /** API group, where the package registers one; the core group is ''. */
  group: string | undefined;
}

/**
 * The name under which the table has the package of an import path: its last two folders (`apps/v1`), for OpenShift's groups
 * `openshift-apps/v1`, and for what has no version one folder (`runtime`).
 */
export function packageName(importPath: string): string {
  const folders = importPath.split('/');
  if (!/^v\d/.test(folders.at(-1)!)) return folders.at(-1)!;
  return (importPath.startsWith('github.com/openshift/') ? 'openshift-' : '') + folders.slice(-2).join('/');
}

export function emptyPackage(): GoPackage {
  return { structs: new Map(), named: new Map(), wrapped: new Set(), imports: new Map(), group: undefined };
}

/** Reads the package in folder `dir`. */
export function readGoPackage(dir: string): GoPackage {
  const result = emptyPackage();
  for (const file of readdirSync(dir).sort()) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || /generated|_openapi/.test(file)) continue;
    const text = readFileSync(join(dir, file), 'utf8');
    readImports(text, result.imports);
    readDeclarations(text, result);
    const group = /^const GroupName = "(.*)"|^\s*GroupName\s+= "(.*)"/m.exec(text);
    if (group) result.group = group[1] ?? group[2] ?? '';
  }
  // A type that has the fields of another struct is a message of its own.
  for (const [name, type] of result.named) {
    const fields = result.structs.get(type);
    if (!fields) continue;
    result.structs.set(name, fields);
    result.named.delete(name);
  }
  return result;
}

function readImports(text: string, imports: Map<string, string>): void {
  for (const [, alias, path = ''] of text.matchAll(
    /^(?:import )?\s*(\w+)?\s*"((?:k8s\.io|github\.com\/openshift\/api)\/[^"]+)"$/gm,
  )) {
    imports.set(alias ?? path.slice(path.lastIndexOf('/') + 1), path);
  }
}

function readDeclarations(text: string, into: GoPackage): void {
  const lines = text.split('\n');
  let nullable = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.includes('+protobuf.nullable=true')) nullable = true;
    const declaration = /^type (\w+) (=\s*)?(.+?)(\s*\/\/.*)?$/.exec(line);
    if (!declaration) continue;
    const [, name = '', , type = ''] = declaration;
    if (type === 'struct {') {
      const end = lines.indexOf('}', i);
      into.structs.set(name, lines.slice(i + 1, end).flatMap(readField));
      i = end;
    } else if (type === 'struct{}') {
      into.structs.set(name, []);
    } else if (/^[\w.[\]*]+$/.test(type)) {
      into.named.set(name, type);
      if (nullable) into.wrapped.add(name);
    }
    nullable = false;
  }
}

function readField(line: string): GoField[] {
  const match = /^\t(?:(\w+)\s+)?([^\s`/]+)(?:\s+`(.*)`)?\s*(?:\/\/.*)?$/.exec(line);
  if (!match) return [];
  const [, name = '', goType = '', tags = ''] = match;
  const tag = (key: string) => new RegExp(`${key}:"([^"]*)"`).exec(tags)?.[1] ?? null;
  return [{ name, goType, embedded: name === '', json: tag('json'), protobuf: tag('protobuf') }];
}
