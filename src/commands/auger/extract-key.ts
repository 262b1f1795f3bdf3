/** `extract` of one key: its value, its versions, or what is known about it. */

import { Failure } from '../../base/errors.js';
import type { KeyValue } from '../../base/wire/key-value.js';
import { StoredValues } from '../../k8s/values.js';
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { revisionAt } from './database.js';
import type { ExtractOptions } from './extract-options.js';
import { renderValue, requireValue, withLooseEnd } from './value.js';
import { versionsOf } from './versions.js';

/** The text for one key. */
export async function extractKey(file: EtcdFile, options: ExtractOptions): Promise<Buffer> {
  const revision = revisionAt(file, options.revision);
  const versions = versionsOf(file, Buffer.from(options.key), revision);
  if (options.listVersions) return Buffer.from(versions.map(({ version }) => `${version}\n`).join(''));
  return showVersion(chosen(versions, options), options);
}

/** The one that is asked for: a number means the newest version with it, of a key that was created more than once. */
function chosen(versions: KeyValue[], { key, version }: ExtractOptions): KeyValue {
  const wanted = version === '' ? undefined : String(versionNumber(version));
  if (versions.length === 0) throw new Failure(`no versions found for key: ${key}`);
  const found = wanted === undefined ? versions.at(-1) : versions.findLast((each) => each.version === wanted);
  if (!found) throw new Failure(`key not found: ${key}`);
  if (found.version === '0') {
    throw new Failure(`0 byte value: the key is deleted: ${key} (--version takes one of --list-versions)`);
  }
  return found;
}

function versionNumber(text: string): bigint {
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, ''));
  throw new Failure(`version must be an int64, but got ${text}: strconv.ParseInt: parsing "${text}": invalid syntax`);
}

/** A record in the form that is asked for. */
export async function showVersion(
  record: KeyValue,
  options: Pick<ExtractOptions, 'metaSummary' | 'printKey' | 'raw' | 'output' | 'encryptionConfig'>,
): Promise<Buffer> {
  const { key, value } = record;
  if (options.metaSummary) {
    const { version, create_revision, mod_revision, lease } = record;
    return Buffer.from(
      `Key: ${key}\nVersion: ${version}\nCreateRevision: ${create_revision}\nModRevision: ${mod_revision}\nLease: ${lease}\n`,
    );
  }
  if (options.printKey) return Buffer.concat([key, NEWLINE]);
  if (value.length === 0) throw new Failure('0 byte value');
  if (options.raw) return Buffer.concat([value, NEWLINE]);
  const plain = await new StoredValues(options).open(key, value);
  return withLooseEnd(plain, (input) => renderValue(requireValue(input), options.output));
}

const NEWLINE = Buffer.from('\n');
