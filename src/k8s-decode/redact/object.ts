/** What is taken out of an object whose parts are known: custom resources, and objects that stand as JSON in another. */
import { annotationSort, isCredentialFlag, isCredentialName, redactText } from './credentials.js';
import type { Draft, Redacted } from './draft.js';
import { jsonParts, jsonText, NotReadable, type Part } from './tree.js';

export interface RedactRules {
  /** Takes the values of ConfigMaps out, too. */
  configMaps: boolean;
}

/** Names of fields whose texts are no names of objects. */
export const NO_NAMES = new Set([
  'apiVersion',
  'kind',
  'verbs',
  'resources',
  'apiGroups',
  'apiGroup',
  'group',
  'operation',
  'fieldsType',
  'type',
  'uid',
  'finalizers',
]);

/** How the text of a string is written. */
type Spelling = 'json' | 'plain';

/**
 * Redacts JSON in `[start, end)`.
 * @param otherwise what it counts as when it is none: then all of it goes
 */
export function redactJson(draft: Draft, rules: RedactRules, start: number, end: number, otherwise: Redacted): void {
  try {
    const part = jsonParts(draft.bytes, start, end);
    new ObjectRedactor(draft, rules, 'json').part(part, '');
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    draft.fill(otherwise, start, end);
  }
}

export class ObjectRedactor {
  constructor(
    private readonly draft: Draft,
    private readonly rules: RedactRules,
    private readonly spelling: Spelling,
  ) {}

  /** @param name of the field whose value it is */
  part(part: Part, name: string): void {
    if (part.members) this.object(part, name);
    else if (part.items) this.list(part.items, name);
    else if (isCredentialName(name)) this.leaf('credential', part);
    else if (part.type === 'string') {
      redactText(this.draft, 'credential', part.start, part.end);
      if (!NO_NAMES.has(name)) this.draft.hashNames(part.start, part.end);
    }
  }

  private object({ members = [] }: Part, name: string): void {
    const kindMember = members.find((member) => member.name === 'kind')?.part;
    const kind = kindMember?.type === 'string' ? this.text(kindMember) : '';
    if (name === 'annotations') {
      for (const { name: annotation, part } of members) this.annotation(annotation, part);
      return;
    }
    for (const { name: field, nameStart, nameEnd, part } of members) {
      const what = dataOf(kind, field, this.rules);
      if (what) this.all(what, part, field !== 'stringData' && !(kind === 'ConfigMap' && field === 'data'));
      else if (isEnvironment(field)) this.environment(part);
      else if (field === 'value' && isCredentialName(this.nameIn(members))) this.leaf('credential', part);
      else if (field === 'managedFields') this.keysOfFields(part);
      else this.part(part, field);
      if (name === 'labels' || name === 'matchLabels') this.draft.hashNames(nameStart, nameEnd);
    }
  }

  /** In a list of arguments a credential may stand behind its flag. */
  private list(items: readonly Part[], name: string): void {
    let before = '';
    for (const item of items) {
      if (item.type === 'string' && isCredentialFlag(before)) this.leaf('credential', item);
      else this.part(item, name);
      before = item.type === 'string' ? this.text(item) : '';
    }
  }

  /** Variables as a list of names and values, as Kubernetes has them, or as a map. */
  private environment({ items = [], members = [] }: Part): void {
    for (const { part } of members) this.leaf('environment', part);
    for (const item of items) {
      for (const { name, part } of item.members ?? []) {
        if (name === 'value') this.leaf('environment', part);
        else this.part(part, name);
      }
    }
  }

  /** What a pair of a name and a value calls it. */
  private nameIn(members: NonNullable<Part['members']>): string {
    const part = members.find(({ name }) => name === 'name' || name === 'key')?.part;
    return part?.type === 'string' ? this.text(part) : '';
  }

  private annotation(name: string, part: Part): void {
    if (part.type !== 'string') return;
    const sort = annotationSort(name);
    if (sort === 'credential') this.leaf('annotation', part);
    else if (sort === 'other') {
      redactText(this.draft, 'annotation', part.start, part.end);
      this.draft.hashNames(part.start, part.end);
    } else if (this.spelling === 'plain') redactJson(this.draft, this.rules, part.start, part.end, 'annotation');
    // Within JSON its quotes are escaped: an empty object takes its place, of the same length.
    else this.emptyObject(part);
  }

  private emptyObject({ start, end }: Part): void {
    this.draft.fill('annotation', start, end);
    if (end - start < 2) return;
    this.draft.bytes.fill(0x20, start, end);
    this.draft.bytes[start] = 0x7b;
    this.draft.bytes[end - 1] = 0x7d;
  }

  private all(what: Redacted, part: Part, isBase64: boolean): void {
    for (const { part: inner } of part.members ?? []) this.all(what, inner, isBase64);
    for (const inner of part.items ?? []) this.all(what, inner, isBase64);
    if (part.type === 'string' && isBase64) this.draft.fillBase64(what, part.start, part.end);
    else this.leaf(what, part);
  }

  private leaf(what: Redacted, { type, start, end }: Part): void {
    if (type === 'string') this.draft.fill(what, start, end);
    // The bytes of a number in CBOR are no digits: its head says how many there are.
    else if (type === 'number' && this.spelling === 'json') this.draft.fillDigits(what, start, end);
    else if (type === 'number') this.draft.fill(what, start + 1, end);
  }

  /** Of the fields that a manager owns, those that name an item of a list hold what the item is called. */
  private keysOfFields(part: Part): void {
    for (const { name, nameStart, nameEnd, part: inner } of part.members ?? []) {
      if (/^[kv]:/.test(name)) this.draft.hashNames(nameStart, nameEnd);
      this.keysOfFields(inner);
    }
    for (const inner of part.items ?? []) this.keysOfFields(inner);
  }

  private text({ start, end }: Part): string {
    const { bytes } = this.draft;
    return this.spelling === 'json' ? jsonText(bytes, start, end) : bytes.utf8Slice(start, end);
  }
}

function isEnvironment(field: string): boolean {
  return /^(?:extra|additional)?-?_?env(?:ironment)?(?:s|-?_?vars?|-?_?variables)?$/i.test(field);
}

/** What a field of a kind holds, where all of it goes. */
function dataOf(kind: string, field: string, { configMaps }: RedactRules): Redacted | undefined {
  if (kind === 'Secret' && (field === 'data' || field === 'stringData')) return 'secret data';
  if (configMaps && kind === 'ConfigMap' && (field === 'data' || field === 'binaryData')) return 'config map data';
  return undefined;
}
