/**
 * Redacts objects in protobuf where they lie: a message's fields are compiled into what is to be done with each, and a field in which
 * nothing can be is passed over by its length.
 */

import { Cursor } from '../../base/wire/cursor.js';
import { messageOfKind } from '../protobuf/registry.js';
import { type FieldEntry, fieldsOf, type MessageRef, resolveMessage } from '../protobuf/table.js';
import { annotationSort, isCredentialFlag, isCredentialName, redactText } from './credentials.js';
import type { Draft, Redacted } from './draft.js';
import { NO_NAMES, ObjectRedactor, type RedactRules, redactJson } from './object.js';
import { jsonParts, NotReadable } from './tree.js';

/** What is done with the content of a field, `[start, end)`. */
type Action = (draft: Draft, start: number, end: number) => void;

/** What is to be done in a message; nothing where it is empty. */
class Plan {
  /** By the number of the field. */
  readonly actions: (Action | undefined)[] = [];
  /** Messages that are looked into, by the number of their field; `within`: of the field in it where they stand (maps, lists in a message). */
  readonly inner: { number: number; plan: Plan; within: number | undefined }[] = [];
  useful = false;

  /** Numbers of one byte are read here: nearly all are, and this is where the time goes. */
  run(draft: Draft, start: number, end: number): void {
    const { bytes } = draft;
    const { actions } = this;
    const cursor = new Cursor(bytes, start, end);
    for (let at = start; at < end; at = cursor.at) {
      let tag = bytes[at]!;
      cursor.at = at + 1;
      if (tag > 127) {
        cursor.at = at;
        tag = Number(cursor.varint());
      }
      const wire = tag & 7;
      const length = bytes[cursor.at]!;
      if (wire === 0 && length < 128) cursor.at++;
      else if (wire !== 2) cursor.skip(wire);
      else if (length > 127) cursor.skipBytes();
      else {
        cursor.bytesStart = cursor.at + 1;
        cursor.at += 1 + length;
      }
      if (cursor.at > end) throw new RangeError(`the message is cut short at byte ${at}`);
      const action = wire === 2 ? actions[tag >>> 3] : undefined;
      if (action) action(draft, cursor.bytesStart, cursor.at);
    }
  }
}

/** Compiles plans for one set of rules. */
export class Plans {
  private readonly plans = new Map<string, Plan>();

  /** @param names whether names are hashed, so that every string is looked at */
  constructor(
    private readonly rules: RedactRules,
    private readonly names: boolean,
  ) {}

  /**
   * Redacts an object whose bytes are `[start, end)`.
   * @returns whether its kind is known
   * @throws RangeError for bytes that cannot be read
   */
  redact(draft: Draft, apiVersion: string, kind: string, start: number, end: number): boolean {
    const ref = messageOfKind(apiVersion, kind);
    if (!ref) return false;
    const plan = this.planOf(ref);
    if (plan.useful) plan.run(draft, start, end);
    return true;
  }

  private planOf(ref: MessageRef): Plan {
    const known = this.plans.get(nameOf(ref));
    if (known) return known;
    const made: Plan[] = [];
    const plan = this.compile(ref, made);
    // A message is of use when it, or one in it, is; they may hold themselves.
    for (let changed = true; changed; ) {
      changed = false;
      for (const each of made) {
        if (each.useful) continue;
        each.useful = each.actions.length > 0 || each.inner.some((inner) => inner.plan.useful);
        changed ||= each.useful;
      }
    }
    for (const each of made) {
      for (const { number, plan: inner, within } of each.inner) {
        if (!inner.useful) continue;
        const run: Action = (draft, start, end) => inner.run(draft, start, end);
        each.actions[number] = within === undefined ? run : onField(within, run);
      }
    }
    return plan;
  }

  private compile(ref: MessageRef, made: Plan[]): Plan {
    const name = nameOf(ref);
    const known = this.plans.get(name);
    if (known) return known;
    const plan = new Plan();
    this.plans.set(name, plan);
    made.push(plan);
    for (const entry of fieldsOf(ref)) {
      const action = this.actionOf(name, entry);
      if (action) plan.actions[entry.number] = action;
      else if (isMessage(entry)) {
        const inner = this.compile(resolveMessage(ref.schema, entry.type.replace('@Items:', '')), made);
        const within = entry.card === '{}' ? 2 : entry.type.startsWith('@') ? 1 : undefined;
        plan.inner.push({ number: entry.number, plan: inner, within });
      }
    }
    return plan;
  }

  private actionOf(message: string, { name, type, card }: FieldEntry): Action | undefined {
    const all = wholeField(message, name, this.rules);
    if (all)
      return card === '{}'
        ? onValues((draft, start, end) => draft.fill(all, start, end))
        : (draft, start, end) => draft.fill(all, start, end);
    if (type === '@Raw') return message === 'meta/v1.ManagedFieldsEntry' ? this.managedFields() : this.raw();
    if (type === '@Strings' && card === '' && this.names && !NO_NAMES.has(name)) return onField(1, hashNames);
    if (type !== 's' && type !== 'y') return undefined;
    if (name === 'annotations') return this.annotations();
    if (card === '{}') return this.names || !isLabels(name) ? this.stringMap() : undefined;
    if (isCredentialName(name) && type === 's') return (draft, start, end) => draft.fill('credential', start, end);
    if (name === 'args' || name === 'command') return argument();
    if (/ur[li]$/i.test(name) && type === 's') return text;
    return this.names && type === 's' && !NO_NAMES.has(name) ? hashNames : undefined;
  }

  private raw(): Action {
    return onField(1, (draft, start, end) => redactJson(draft, this.rules, start, end, 'unreadable value'));
  }

  private managedFields(): Action | undefined {
    if (!this.names) return undefined;
    return onField(1, (draft, start, end) => {
      const whole = { name: 'managedFields', nameStart: start, nameEnd: start };
      try {
        const part = jsonParts(draft.bytes, start, end);
        new ObjectRedactor(draft, this.rules, 'json').part(
          { type: 'object', start, end, members: [{ ...whole, part }] },
          '',
        );
      } catch (error) {
        if (!(error instanceof NotReadable)) throw error;
      }
    });
  }

  private annotations(): Action {
    return onEntries((draft, key, start, end) => {
      const sort = annotationSort(key);
      if (sort === 'credential') draft.fill('annotation', start, end);
      else if (sort === 'applied') redactJson(draft, this.rules, start, end, 'annotation');
      else {
        redactText(draft, 'annotation', start, end);
        draft.hashNames(start, end);
      }
    });
  }

  private stringMap(): Action {
    return onEntries((draft, key, start, end, keyStart, keyEnd) => {
      if (isCredentialName(key)) draft.fill('credential', start, end);
      else draft.hashNames(start, end);
      draft.hashNames(keyStart, keyEnd);
    });
  }
}

/** Labels and what selects by them: they are written everywhere, and nobody has credentials in them. */
function isLabels(field: string): boolean {
  return /labels|selector/i.test(field);
}

/** A text in which a password may stand. */
const text: Action = (draft, start, end) => {
  redactText(draft, 'credential', start, end);
  draft.hashNames(start, end);
};

const hashNames: Action = (draft, start, end) => draft.hashNames(start, end);

function nameOf({ schema, name }: MessageRef): string {
  return `${schema.name}.${name}`;
}

function isMessage({ type }: FieldEntry): boolean {
  return /^(?:@Items:)?(?:[\w-]+\/\w+\.)?[A-Z]/.test(type);
}

/** Messages that are a name and a value. */
const VALUES = new Set(['core/v1.EnvVar', 'core/v1.HTTPHeader', 'openshift-template/v1.Parameter']);

/** What a field holds that goes as a whole. */
function wholeField(message: string, field: string, { configMaps }: RedactRules): Redacted | undefined {
  if (message === 'core/v1.Secret' && (field === 'data' || field === 'stringData')) return 'secret data';
  if (configMaps && message === 'core/v1.ConfigMap' && (field === 'data' || field === 'binaryData'))
    return 'config map data';
  if (field === 'value' && VALUES.has(message)) return 'environment';
  return undefined;
}

/** Arguments come one by one: that of a flag stands behind it. */
function argument(): Action {
  let before: { draft: Draft; text: string } | undefined;
  return (draft, start, end) => {
    if (before?.draft === draft && isCredentialFlag(before.text)) draft.fill('credential', start, end);
    else {
      redactText(draft, 'credential', start, end);
      draft.hashNames(start, end);
    }
    before = { draft, text: draft.bytes.latin1Slice(start, end) };
  };
}

/** Calls `act` with the content of one field of a message. */
function onField(wanted: number, act: Action): Action {
  const plan = new Plan();
  plan.actions[wanted] = act;
  return (draft, start, end) => plan.run(draft, start, end);
}

/** On an entry of a map {1 key, 2 value}: its value alone. */
function onValues(act: Action): Action {
  return onField(2, act);
}

type EntryAction = (draft: Draft, key: string, start: number, end: number, keyStart: number, keyEnd: number) => void;

/** Calls `act` with the key and the place of the value of an entry of a map. */
function onEntries(act: EntryAction): Action {
  return (draft, start, end) => {
    const cursor = new Cursor(draft.bytes, start, end);
    let [keyStart, keyEnd, valueStart, valueEnd] = [start, start, start, start];
    while (cursor.more) {
      const tag = Number(cursor.varint());
      if (tag === 10) {
        keyEnd = cursor.skipBytes();
        keyStart = cursor.bytesStart;
      } else if (tag === 18) {
        valueEnd = cursor.skipBytes();
        valueStart = cursor.bytesStart;
      } else cursor.skip(tag & 7);
    }
    act(draft, draft.bytes.utf8Slice(keyStart, keyEnd), valueStart, valueEnd, keyStart, keyEnd);
  };
}
