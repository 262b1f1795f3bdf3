/** How the differences between two places or revisions are shown. */

import { writeStyled } from '../../base/terminal.js';
import type { KeyPair } from '../../etcd/range-join.js';
import { changeFields, objectChanges } from '../../k8s/object-diff.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { type Fields, integer, type Value } from '../../k8s-decode/value.js';
import { readableBytes, visible } from '../../output/bytes.js';
import { type ComparedValue, ComparedValues } from '../../output/compared-values.js';
import { writeReadable } from '../../output/readable.js';
import { type DiffStyle, diffStyle, unifiedDiff } from '../../output/text-diff.js';
import type { CommandContext } from '../command.js';
import type { ChangesFormat } from './changes-format.js';

export interface DiffOptions {
  summary: boolean;
  full: boolean;
  managedFields: boolean;
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;
type Change = keyof typeof SIGNS;

/** Prints differences as they come, and counts them. */
export class DiffOutput {
  private readonly values: ComparedValues;
  private readonly counts: Record<Change, number> = { added: 0, removed: 0, changed: 0 };
  private style: DiffStyle | undefined;

  constructor(
    private readonly context: CommandContext,
    private readonly format: ChangesFormat,
    private readonly look: DiffOptions,
  ) {
    this.values = new ComparedValues(context, look);
  }

  get total(): number {
    return this.counts.added + this.counts.removed + this.counts.changed;
  }

  async print(difference: KeyPair): Promise<void> {
    const change = difference.before ? (difference.after ? 'changed' : 'removed') : 'added';
    const isFirst = this.total === 0;
    this.counts[change]++;
    const text =
      this.format === 'simple' ? await this.simple(change, difference) : await this.fields(change, difference, isFirst);
    const { stdout } = this.context;
    const wait = this.format === 'simple' ? writeStyled(stdout, text) : stdout.write(text);
    if (wait) await wait;
  }

  /** Ends a JSON list, and says on standard error how much there was. */
  async end(): Promise<void> {
    const { added, removed, changed } = this.counts;
    if (this.format === 'json') await this.context.stdout.write(this.total > 0 ? ']\n' : '[]\n');
    if (this.format !== 'simple') return;
    await this.context.stdout.flush();
    const text = this.total > 0 ? `${added} added, ${removed} removed, ${changed} changed` : 'no difference';
    await this.context.stderr.write(`${text}\n`);
  }

  private async simple(change: Change, { key, before, after }: KeyPair): Promise<string> {
    this.style ??= await diffStyle(this.context);
    const paint = { added: this.style.added, removed: this.style.removed, changed: this.style.head }[change];
    const revisions = before && after ? `  (revision ${before.mod_revision} -> ${after.mod_revision})` : '';
    const head = `${paint(`${SIGNS[change]} ${visible(key)}`)}${revisions}\n`;
    if (this.look.summary || (change !== 'changed' && !this.look.full)) return head;
    const [old, now] = await this.read({ key, before, after });
    const text = await unifiedDiff(old?.text ?? '', now?.text ?? '', this.style);
    return head + (text || `(${this.sameness(old, now)})\n`);
  }

  /** Why the values of a key differ that look the same. */
  private sameness(old: ComparedValue | undefined, now: ComparedValue | undefined): string {
    if (!old?.object || !now?.object) return 'the same value, written again';
    return objectChanges(old.object, now.object).length > 0
      ? 'only managedFields differ'
      : 'the same object, written again';
  }

  private async fields(change: Change, difference: KeyPair, isFirst: boolean): Promise<string> {
    const { key, before, after } = difference;
    const revision = (kv: typeof before) => (kv ? integer(BigInt(kv.mod_revision)) : null);
    const fields: Fields = new Map<string, Value>([
      ['change', change],
      ['key', readableBytes(key)],
      ['oldRevision', revision(before)],
      ['newRevision', revision(after)],
    ]);
    if (!this.look.summary) await this.addChanges(fields, change, difference);
    if (this.format === 'json') return `${isFirst ? '[' : ','}${toJson(fields)}`;
    if (this.format === 'jsonl') return writeReadable('jsonl', fields);
    return `${isFirst ? '' : '---\n'}${writeReadable('yaml', fields)}`;
  }

  private async addChanges(fields: Fields, change: Change, difference: KeyPair): Promise<void> {
    if (change !== 'changed' && !this.look.full) return;
    const [old, now] = await this.read(difference);
    if (change === 'changed') fields.set('changes', objectChanges(old?.shown, now?.shown).map(changeFields));
    else if (old) fields.set('old', old.shown);
    else if (now) fields.set('new', now.shown);
  }

  private read({ key, before, after }: KeyPair): Promise<[ComparedValue | undefined, ComparedValue | undefined]> {
    return Promise.all([before && this.values.read(key, before.value), after && this.values.read(key, after.value)]);
  }
}
