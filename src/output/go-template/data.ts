/** The data that a template works on. */
import type { Value } from '../../k8s-decode/value.js';

/** A structure of Go's, whose fields are known: asking for another is an error. A field that is undefined is not computed yet. */
export class Struct {
  private readonly computed = new Map<string, Data>();

  /**
   * @param type as Go names it, for errors
   * @param fields what gives each field, called when it is asked for, once
   */
  constructor(
    readonly type: string,
    private readonly fields: Record<string, () => Data>,
  ) {}

  /** Undefined where the structure has no such field. */
  field(name: string): Data | undefined {
    if (!Object.hasOwn(this.fields, name)) return undefined;
    if (!this.computed.has(name)) this.computed.set(name, this.fields[name]!());
    return this.computed.get(name);
  }

  names(): string[] {
    return Object.keys(this.fields);
  }
}

export type Data = Value | Struct | Data[];

/** Whether `if` takes it for true: everything but nothing, false, 0 and what is empty. */
export function isTrue(data: Data): boolean {
  if (Array.isArray(data)) return data.length > 0;
  if (data instanceof Map) return data.size > 0;
  return Boolean(data);
}

/** The type as Go names it. */
export function typeName(data: Data): string {
  if (data === null) return 'nil';
  if (Array.isArray(data)) return '[]interface {}';
  if (data instanceof Map) return 'map[string]interface {}';
  if (data instanceof Struct) return data.type;
  if (typeof data === 'string') return 'string';
  if (typeof data === 'boolean') return 'bool';
  return typeof data === 'number' && !Number.isInteger(data) ? 'float64' : 'int64';
}
