/** Random objects of any kind in the schema: no field of them is empty, so that what comes back can be compared. */
import type { Fields, Value } from '../../src/k8s-decode/index.js';
import { type FieldEntry, fieldsOf, type MessageRef, resolveMessage } from '../../src/k8s-decode/protobuf/table.js';

const MAX_DEPTH = 6;
const TEXTS = ['x', 'true', '1', 'web-0', '<a&b>', '\u2028', '\u00e4\u{1f600}', '\0\x7f', 'y'.repeat(200), '__proto__'];

/** Makes values from a seed: the same ones for the same seed. */
export class RandomObject {
  constructor(private seed: number) {}

  /** The next random integer below `limit`. */
  private below(limit: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** An object of a message; the deeper it stands the fewer of its fields are set. */
  message(ref: MessageRef, depth = 0): Fields {
    const object: Fields = new Map();
    for (const entry of fieldsOf(ref)) {
      const isMessage = !/^[a-z]$|^@/.test(entry.type);
      if (entry.name === '-' || this.below(depth + 2) > 0 || (isMessage && depth >= MAX_DEPTH)) continue;
      if (entry.name !== '') object.set(entry.name, this.member(ref, entry, depth));
      else
        for (const [name, value] of this.message(resolveMessage(ref.schema, entry.type), depth))
          object.set(name, value);
    }
    return object;
  }

  private member(ref: MessageRef, { card, type }: FieldEntry, depth: number): Value {
    const value = () => this.value(ref, type, depth);
    if (card === '[]') return Array.from({ length: 1 + this.below(2) }, value);
    if (card === '{}') return new Map(Array.from({ length: 1 + this.below(3) }, () => [this.pick(TEXTS), value()]));
    return value();
  }

  private value(ref: MessageRef, type: string, depth: number): Value {
    if (type.startsWith('@JSONSchema')) return this.schemaOr(ref, type, depth);
    if (type.startsWith('@Items:')) {
      return [this.message(resolveMessage(ref.schema, type.slice('@Items:'.length)), depth + 1)];
    }
    return this.scalar(type) ?? this.message(resolveMessage(ref.schema, type), depth + 1);
  }

  private schemaOr(ref: MessageRef, type: string, depth: number): Value {
    const [or = '', props = ''] = type.split(':');
    if (depth < MAX_DEPTH && this.below(2) === 0) return this.message(resolveMessage(ref.schema, props), depth + 1);
    if (or === '@JSONSchemaPropsOrBool') return true;
    return or === '@JSONSchemaPropsOrStringArray' ? [this.pick(TEXTS)] : [new Map()];
  }

  private scalar(type: string): Value | undefined {
    switch (type) {
      case 's':
        return this.pick(TEXTS);
      case 'b':
        return true;
      case 'i':
        return this.pick([1, -1, 2 ** 31 - 1, -(2 ** 31), 300]);
      case 'l':
        return this.pick([1, -1, 2 ** 32, Number.MAX_SAFE_INTEGER, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 60n + 1n]);
      case 'd':
        return this.pick([0.5, -1e300, 3]);
      case 'y':
        return Buffer.alloc(1 + this.below(40), this.below(256)).toString('base64');
      case '@Time':
        return new Date(this.below(2 ** 31) * 1000).toISOString().replace('.000', '');
      case '@MicroTime':
        return new Date(this.below(2 ** 31) * 1000).toISOString().replace('.000', '.123456');
      case '@Duration':
        return this.pick(['1h0m0s', '1.5s', '-20ns']);
      case '@Quantity':
        return this.pick(['100m', '1Gi', '12345', '-1500m']);
      case '@IntOrString':
        return this.pick([8080, 'http']);
      case '@Raw':
        return this.pick<Value>([new Map([['a', '<b>']]), [1, 'a', 2n ** 60n + 1n], 'text']);
      case '@Fields':
        return new Map([['f:spec', new Map([['f:a', new Map()]])]]);
      case '@Strings':
        return [this.pick(TEXTS)];
      case '@StringMap':
        return new Map([[this.pick(TEXTS), this.pick(TEXTS)]]);
      default:
        return undefined;
    }
  }
}
