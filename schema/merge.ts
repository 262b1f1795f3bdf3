/** Lays the releases over each other: one table that reads what any of them stored. */

import type { Release } from './releases.js';
import { type Entry, isKind, Resolver } from './resolve.js';

/** The merged table of one package. */
export interface TablePackage {
  /** API group and version (`apps/v1`, `v1`), where its kinds have one. */
  apiVersion: string;
  kinds: Set<string>;
  messages: Map<string, Entry[]>;
}

type Tables = Map<string, TablePackage>;

/**
 * Merges releases (oldest first) to tables by package name (`apps/v1`).
 * A number that changed its name or type has the newest one's; `changes` gets a line about each.
 */
export function merge(releases: Release[], changes: string[]): Tables {
  const tables: Tables = new Map();
  for (const release of releases) mergeRelease(tables, release, changes);
  nameGroups(tables);
  return tables;
}

function mergeRelease(tables: Tables, release: Release, changes: string[]): void {
  const resolver = new Resolver(release);
  const replaced: [old: Entry[], successor: string][] = [];
  for (const [id, pkg] of release.packages) {
    const table = tables.get(id) ?? { apiVersion: '', kinds: new Set(), messages: new Map() };
    tables.set(id, table);
    if (pkg.group !== undefined) table.apiVersion = apiVersion(pkg.group, id);
    for (const [name, fields] of pkg.structs) {
      const entries = resolver.entries(id, name);
      if (!entries) continue;
      if (isKind(fields)) table.kinds.add(name);
      const isNew = !table.messages.has(name);
      const before = table.messages.get(name) ?? [];
      for (const [old, now] of changedTypes(before, entries)) {
        changes.push(`${id}.${name}: ${describe(old)} became ${describe(now)} in ${release.name}`);
        const message = messageOf(tables, old.type);
        if (message) replaced.push([message, now.type]);
      }
      table.messages.set(
        name,
        mergeEntries(before, isNew ? entries : entries.map((entry) => markAdded(before, entry))),
      );
    }
  }
  for (const [old, successor] of replaced) absorb(tables, old, successor);
}

function changedTypes(before: Entry[], now: Entry[]): [Entry, Entry][] {
  return before.flatMap((old): [Entry, Entry][] => {
    const twin = now.find((entry) => entry.number === old.number);
    if (!twin && now.some((entry) => entry.name === old.name && entry.name !== '')) {
      throw new Error(`${describe(old)} has another number now: the table can't tell two fields of one name apart`);
    }
    return twin && (twin.name !== old.name || twin.type !== old.type) ? [[old, twin]] : [];
  });
}

/**
 * Marks a struct that a later release added to its message: that release always writes it, those before it never do.
 * Scalars are left alone: JSON does not show whether an empty one was written.
 */
function markAdded(before: Entry[], entry: Entry): Entry {
  const isStruct = entry.card === '' && entry.type.includes('.') && !entry.type.startsWith('@') && entry.name !== '';
  const twin = before.find(({ number }) => number === entry.number);
  return isStruct && (!twin || twin.onlyIfSet) ? { ...entry, onlyIfSet: true } : entry;
}

function messageOf(tables: Tables, type: string): Entry[] | undefined {
  const [id = '', name = ''] = type.split('.');
  return tables.get(id)?.messages.get(name);
}

/** Where a field has got another message type, that one takes over the old one's fields that it lacks. */
function absorb(tables: Tables, old: Entry[], successor: string): void {
  const now = messageOf(tables, successor);
  if (!now) return;
  for (const [before, after] of changedTypes(old, now)) {
    const message = messageOf(tables, before.type);
    if (message) absorb(tables, message, after.type);
  }
  const [id = '', name = ''] = successor.split('.');
  tables.get(id)!.messages.set(name, mergeEntries(old, now));
}

function apiVersion(group: string, id: string): string {
  const version = id.slice(id.indexOf('/') + 1);
  return group === '' ? version : `${group}/${version}`;
}

/** Gives packages that only old releases had the group of a newer version of them. */
function nameGroups(tables: Map<string, TablePackage>): void {
  const groups = new Map<string, string>();
  for (const [id, { apiVersion }] of tables) {
    if (apiVersion) groups.set(id.split('/')[0]!, apiVersion.includes('/') ? apiVersion.split('/')[0]! : '');
  }
  for (const [id, table] of tables) {
    const group = groups.get(id.split('/')[0]!);
    if (group === undefined) throw new Error(`no release names the group of ${id}`);
    table.apiVersion ||= apiVersion(group, id);
  }
}

/** The newer release's entries in its order, and those of older releases that it dropped, each after the entry it followed. */
function mergeEntries(old: Entry[], now: Entry[]): Entry[] {
  const result = [...now];
  old.forEach((entry, i) => {
    if (now.some((other) => other.number === entry.number)) return;
    const previous = old[i - 1]?.number;
    result.splice(result.findIndex((other) => other.number === previous) + 1, 0, { ...entry, onlyIfSet: true });
  });
  return result;
}

function describe(entry: Entry): string {
  return `${entry.name}=${entry.number}${entry.card}${entry.type}`;
}
