/** Custom resources, out of the definitions of them that are stored beside them. */
import { type Fields, field, stringField, type Value } from '../k8s-decode/value.js';
import type { Resource } from './resources.js';
import type { CrdColumn } from './tables/custom-columns.js';

/**
 * The resource that a CustomResourceDefinition declares, in the shape of v1 or of v1beta1 (which is how even new releases store
 * it: with a version of its own, and columns for all versions in one place). Undefined where something is missing.
 *
 * Undefined too where something is wrong with it: {@link definitionProblem} says what.
 */
export function customResource(definition: Fields): Resource | undefined {
  const group = stringField(definition, 'spec', 'group');
  const plural = stringField(definition, 'spec', 'names', 'plural');
  const kind = stringField(definition, 'spec', 'names', 'kind');
  if (!group || !plural || !kind) return undefined;
  if (definitionProblem(definition)) return undefined;
  const versions = servedVersions(definition);
  const [version] = versions;
  return {
    group,
    ...(version !== undefined && { version }),
    kind,
    plural,
    singular: stringField(definition, 'spec', 'names', 'singular') || kind.toLowerCase(),
    shortNames: strings(field(definition, 'spec', 'names', 'shortNames')),
    namespaced: stringField(definition, 'spec', 'scope') !== 'Cluster',
    prefix: `${group}/${plural}`,
    categories: strings(field(definition, 'spec', 'names', 'categories')),
    custom: { columns: columnsOf(definition, version), versions },
  };
}

/**
 * Why a definition is refused: its group or its plural is no DNS name, as no API server takes it. They become parts of keys and of the
 * names of files. Undefined where it is not.
 */
export function definitionProblem(definition: Fields): string | undefined {
  const group = stringField(definition, 'spec', 'group');
  const plural = stringField(definition, 'spec', 'names', 'plural');
  if (!group || !plural || (isName(group) && isLabel(plural))) return undefined;
  return `its group ${shown(group)} and its plural ${shown(plural)} are not both DNS names`;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';

function isLabel(text: string): boolean {
  return new RegExp(`^${LABEL}$`).test(text);
}

function isName(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isLabel);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The preferred one first: as the API server has them, `v1` before `v1beta1` before `v1alpha1`. */
function servedVersions(definition: Fields): string[] {
  const listed = field(definition, 'spec', 'versions');
  const served = list(listed)
    .filter((version) => field(version, 'served') !== false)
    .map((version) => stringField(version, 'name') ?? '');
  const single = stringField(definition, 'spec', 'version');
  const names = served.length > 0 || single === undefined ? served : [single];
  return names.sort(byPreference);
}

/** The order of versions, the preferred one first: releases, then beta, then alpha, the highest first; others by name. */
export function byPreference(one: string, other: string): number {
  const [a, b] = [rank(one), rank(other)];
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return b[at]! - a[at]!;
  return one < other ? -1 : 1;
}

const STAGES = ['alpha', 'beta', undefined];

function rank(version: string): [stage: number, major: number, minor: number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  return match ? [STAGES.indexOf(match[2]), Number(match[1]), Number(match[3] ?? 0)] : [-1, 0, 0];
}

function columnsOf(definition: Fields, version: string | undefined): CrdColumn[] {
  const entry = list(field(definition, 'spec', 'versions')).find((each) => stringField(each, 'name') === version);
  const own = list(field(entry, 'additionalPrinterColumns'));
  const columns = own.length > 0 ? own : list(field(definition, 'spec', 'additionalPrinterColumns'));
  return columns.map((column) => ({
    name: stringField(column, 'name') ?? '',
    type: stringField(column, 'type') ?? '',
    jsonPath: stringField(column, 'jsonPath') ?? stringField(column, 'JSONPath') ?? '',
    priority: Number(field(column, 'priority') ?? 0),
    ...(stringField(column, 'format') && { format: stringField(column, 'format')! }),
  }));
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: Value | undefined): string[] {
  return list(value).filter((item) => typeof item === 'string');
}
