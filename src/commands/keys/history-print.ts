/** How the revisions of a key are shown. */

import { writeStyled } from '../../base/terminal.js';
import type { KeyRevision } from '../../etcd/key-history.js';
import { MANAGER } from '../../k8s/managed-entry.js';
import { type Authors, authorsOf, isBroughtBack, type Manager, managerText } from '../../k8s/managers.js';
import { changeFields, type FieldChange, objectChanges } from '../../k8s/object-diff.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { type Fields, field, integer, stringField, type Value } from '../../k8s-decode/value.js';
import { readableBytes, visible } from '../../output/bytes.js';
import { type ComparedValue, ComparedValues } from '../../output/compared-values.js';
import { writeReadable } from '../../output/readable.js';
import { type DiffStyle, diffStyle, unifiedDiff } from '../../output/text-diff.js';
import type { CommandContext } from '../command.js';
import type { ChangesFormat } from './changes-format.js';
import type { RevisionPair } from './history-order.js';

export interface HistoryOptions {
  summary: boolean;
  managedFields: boolean;
  /** Names the key in the line of each revision: where there are several. */
  keys?: true;
  /** The time of the changes before a revision (milliseconds since 1970), where it is known. */
  timeBefore?: (revision: bigint) => Promise<number | undefined>;
}

/** So far may the clocks of two API servers and nodes be apart, in milliseconds. */
const CLOCK_SKEW = 5000;

/** What is known of one revision. */
interface Entry {
  revision: KeyRevision;
  /** `put back`: the key is new, and the object is older than the changes before it. */
  change: 'created' | 'put back' | 'changed' | 'deleted' | 'kept';
  before: ComparedValue | undefined;
  after: ComparedValue | undefined;
  changes: FieldChange[];
  authors: Authors;
  time: string | undefined;
}

/** Prints revisions as they come. */
export class HistoryPrinter {
  private readonly values: ComparedValues;
  private style: DiffStyle | undefined;
  private printed = 0;
  /** The newest change so far whose time is known. */
  private latest: { revision: bigint; time: string } | undefined;
  /** The values of the pair before: one of them is in the next pair too. */
  private known: { place: string; value: ComparedValue }[] = [];

  constructor(
    private readonly context: CommandContext,
    private readonly format: ChangesFormat,
    private readonly look: HistoryOptions,
  ) {
    this.values = new ComparedValues(context, look);
  }

  async print(pair: RevisionPair): Promise<void> {
    const entry = await this.entry(pair);
    const text = await this.text(entry);
    this.printed++;
    const { stdout } = this.context;
    const wait = this.format === 'simple' ? writeStyled(stdout, text) : stdout.write(text);
    if (wait) await wait;
  }

  async end(): Promise<void> {
    if (this.format === 'json') await this.context.stdout.write(']\n');
  }

  private async text(entry: Entry): Promise<string> {
    const isFirst = this.printed === 0;
    if (this.format === 'simple') return this.simple(entry, isFirst);
    const fields = entryFields(entry, this.look.summary);
    if (this.format === 'jsonl') return writeReadable('jsonl', fields);
    if (this.format === 'json') return `${isFirst ? '[' : ','}${toJson(fields)}`;
    return `${isFirst ? '' : '---\n'}${writeReadable('yaml', fields)}`;
  }

  private async simple(entry: Entry, isFirst: boolean): Promise<string> {
    this.style ??= await diffStyle(this.context);
    const key = this.look.keys ? `${visible(entry.revision.kv.key)}  ` : '';
    const head = this.style.head(key + headLine(entry));
    if (this.look.summary) return `${head}\n`;
    return `${isFirst ? '' : '\n'}${head}\n${await this.difference(entry, this.style)}`;
  }

  private async difference({ change, before, after }: Entry, style: DiffStyle): Promise<string> {
    if (change === 'kept') return '';
    const text = await unifiedDiff(before?.text ?? '', after?.text ?? '', style);
    if (text !== '' || !before || !after) return text;
    const onlyManagers = before.object && after.object && objectChanges(before.object, after.object).length > 0;
    return onlyManagers ? '(only managedFields changed)\n' : '(the same value, written again)\n';
  }

  private async entry({ current, previous }: RevisionPair): Promise<Entry> {
    const after = await this.read(current);
    const before = previous && (await this.read(previous));
    this.known = [
      ...(after ? [{ place: placeOf(current), value: after }] : []),
      ...(before ? [{ place: placeOf(previous), value: before }] : []),
    ];
    const change = (await this.isPutBack(current, after)) ? 'put back' : changeOf(current, before);
    const changes = change === 'kept' ? [] : objectChanges(before?.shown, after?.shown);
    const authors = authorsIn(change, before, after, changes);
    const time = timeOf(change, authors, before, after);
    if (time !== undefined) this.latest = { revision: current.revision, time };
    return { revision: current, change, before, after, changes, authors, time };
  }

  /** Whether a revision brings an object back that is older than what happened before it. */
  private async isPutBack({ type, revision, kv }: KeyRevision, after: ComparedValue | undefined): Promise<boolean> {
    const created = stringField(after?.object, 'metadata', 'creationTimestamp');
    if (type === 'delete' || kv.version !== '1' || !created) return false;
    const { latest } = this;
    // Known where the oldest is shown first.
    if (latest !== undefined && latest.revision < revision && created < latest.time) return true;
    if (isBroughtBack(after!.object!)) return true;
    const before = await this.look.timeBefore?.(revision);
    return before !== undefined && Date.parse(created) < before - CLOCK_SKEW;
  }

  private async read(revision: KeyRevision): Promise<ComparedValue | undefined> {
    const { type, kv } = revision;
    if (type === 'delete') return undefined;
    const place = placeOf(revision);
    return this.known.find((known) => known.place === place)?.value ?? this.values.read(kv.key, kv.value);
  }
}

/** One revision can be that of several keys. */
function placeOf({ revision, kv }: KeyRevision): string {
  return `${revision} ${kv.key.toString('latin1')}`;
}

function changeOf({ type, kv }: KeyRevision, before: ComparedValue | undefined): Entry['change'] {
  if (type === 'delete') return 'deleted';
  if (kv.version === '1') return 'created';
  return type === 'kept' || !before ? 'kept' : 'changed';
}

function authorsIn(
  change: Entry['change'],
  before: ComparedValue | undefined,
  after: ComparedValue | undefined,
  changes: FieldChange[],
): Authors {
  if (!after?.object) return { managers: [], guessed: false };
  // Without the revision before, all that is known is who was there: the newest of them made it.
  const { managers, guessed } = authorsOf(before?.object, after.object, changes);
  if (before) return { managers, guessed };
  const newest = managers
    .map(({ time = '' }) => time)
    .sort()
    .at(-1);
  // What was put back brings the entries of those who wrote it then.
  const isKnown = ({ manager, time = '' }: Manager) =>
    time === newest && (change !== 'put back' || manager === MANAGER);
  return { managers: managers.filter(isKnown), guessed };
}

function timeOf(
  change: Entry['change'],
  { managers, guessed }: Authors,
  before: ComparedValue | undefined,
  after: ComparedValue | undefined,
): string | undefined {
  if (change === 'deleted') return stringField(before?.object, 'metadata', 'deletionTimestamp');
  if (change === 'created') return stringField(after?.object, 'metadata', 'creationTimestamp');
  if (guessed) return undefined;
  return managers
    .flatMap(({ time }) => time ?? [])
    .sort()
    .at(-1);
}

/** `revision 77  changed  version 2  2026-03-02T08:04:05Z  kubelet (Update of status)` */
function headLine({ revision, change, after, authors, time }: Entry): string {
  const isUnrecorded =
    (change === 'changed' || change === 'put back') && field(after?.object, 'metadata', 'managedFields') !== undefined;
  const { kv } = revision;
  const version = change === 'deleted' ? '' : `version ${kv.version}`;
  const by = authors.managers.map(managerText).join(', ') || (isUnrecorded ? 'somebody not in managedFields' : '');
  const words = change === 'kept' ? 'kept (what was before is compacted)' : change;
  const parts = [
    `revision ${revision.revision}`,
    words,
    version,
    time ?? '',
    authors.guessed && authors.managers.length > 0 ? `likely ${by}` : by,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function entryFields({ revision, change, authors, time, changes }: Entry, summary: boolean): Fields {
  const { kv } = revision;
  const fields: Fields = new Map<string, Value>([
    ['key', readableBytes(kv.key)],
    ['revision', integer(revision.revision)],
    ['change', change],
  ]);
  if (change !== 'deleted') fields.set('version', integer(BigInt(kv.version)));
  if (time) fields.set('time', time);
  const managers = authors.managers.map((manager) => new Map<string, Value>(Object.entries(manager)));
  if (managers.length > 0) fields.set(authors.guessed ? 'likelyManagers' : 'managers', managers);
  if (!summary) fields.set('changes', changes.map(changeFields));
  return fields;
}
