/** Keys as `extract` lists them, and as its templates and filters see them. */
import { Failure } from '../../base/errors.js';
import type { StoredValues } from '../../k8s/values.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { stringField, type Value } from '../../k8s-decode/value.js';
import { Struct } from '../../output/go-template/index.js';
import { detect } from './detect.js';
import { sorted } from './sorted.js';
import { decodeValue } from './value.js';
import type { VersionStats } from './versions.js';

/** One key at one revision. */
export interface Entry {
  key: string;
  version: bigint;
  value: Buffer;
  /** The object in the value; undefined where there is none, or nobody wants to know. */
  object: Value | undefined;
  stats: () => VersionStats;
}

/** The object in a value, undefined where there is none. */
export async function objectIn(key: Buffer, value: Buffer, values: StoredValues): Promise<Value | undefined> {
  try {
    const found = detect(await values.open(key, value));
    return found && (await decodeValue(found));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** The object as one line of JSON, its fields in the order of their names as Go writes maps. */
export function valueJson({ object }: Entry): string {
  return object === undefined ? 'null' : toJson(sorted(object));
}

/** What a template has as its dot: `.Key .Version .Value .ValueJson .TypeMeta .Stats`. */
export function templateData(entry: Entry): Struct {
  const { object } = entry;
  return new Struct('*data.KeySummary', {
    Key: () => entry.key,
    Version: () => Number(entry.version),
    Value: () => (object instanceof Map ? object : new Map()),
    ValueJson: () => valueJson(entry),
    TypeMeta: () =>
      new Struct('*runtime.TypeMeta', {
        APIVersion: () => stringField(object, 'apiVersion') ?? '',
        Kind: () => stringField(object, 'kind') ?? '',
      }),
    Stats: () => statsData(entry),
  });
}

function statsData({ key, value, stats }: Entry): Struct {
  return new Struct('*data.KeySummaryStats', {
    VersionCount: () => stats().versions,
    KeySize: () => Buffer.byteLength(key),
    ValueSize: () => value.length,
    AllVersionsKeySize: () => stats().keyBytes,
    AllVersionsValueSize: () => stats().valueBytes,
  });
}

/** Whether a template can ask for the object, or for all that there is: most ask for the key and for sizes. */
export function mentionsObject(template: string): boolean {
  return /\.Value(?!Size)|\.TypeMeta|[.$]\s*-?[})|\s]/.test(template);
}
