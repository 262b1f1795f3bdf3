/** Encrypted values that were opened already: many clients read the same, and a plugin may have to be asked for each. */

import type { KeyValue } from '../base/wire/key-value.js';
import type { StoredValues } from '../k8s/values.js';
import { isEncrypted } from '../k8s-decode/encryption/describe.js';

/** What is kept of them, in bytes, before all of it is let go. */
const MOST = 32 << 20;

export class OpenedValues {
  /** By key and revision. What is being opened is there too, so that two do not do it. */
  private readonly opened = new Map<string, Promise<Buffer>>();
  private size = 0;

  constructor(private readonly values: StoredValues) {}

  /** The value without its encryption; undefined where it has none. */
  open({ key, value, mod_revision }: Pick<KeyValue, 'key' | 'value' | 'mod_revision'>): Promise<Buffer> | undefined {
    if (!isEncrypted(value)) return undefined;
    const id = `${mod_revision} ${key.toString('latin1')}`;
    const known = this.opened.get(id);
    if (known) return known;
    const opening = this.values.open(key, value);
    this.opened.set(id, opening);
    opening.then(
      (plain) => this.keep(plain.length),
      () => this.opened.delete(id),
    );
    return opening;
  }

  private keep(bytes: number): void {
    this.size += bytes;
    if (this.size < MOST) return;
    this.opened.clear();
    this.size = 0;
  }
}
