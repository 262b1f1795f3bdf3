/** `extract` of one key: its value, its versions, or what is known about it. */
import { Failure } from '../../base/errors.js';
import { StoredValues } from '../../k8s/values.js';
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { revisionAt } from './database.js';
import type { ExtractOptions } from './extract-options.js';
import { renderValue, requireValue, withLooseEnd } from './value.js';
import { type KeyVersion, versionsOf } from './versions.js';

/** The text for one key. */
export async function extractKey(file: EtcdFile, options: ExtractOptions): Promise<Buffer> {
  const revision = revisionAt(file, options.revision);
  const versions = versionsOf(file, Buffer.from(options.key), revision);
  if (options.listVersions) return Buffer.from(versions.map(({ version }) => `${version}\n`).join(''));
  return showVersion(chosen(versions, options), options);
}

/** The one that is asked for: a number means the newest version with it, of a key that was created more than once. */
function chosen(versions: KeyVersion[], { key, version }: ExtractOptions): KeyVersion {
  const wanted = version === '' ? undefined : versionNumber(version);
  if (versions.length === 0) throw new Failure(`no versions found for key: ${key}`);
  const found = wanted === undefined ? versions.at(-1) : versions.findLast((each) => each.version === wanted);
  if (!found) throw new Failure(`key not found: ${key}`);
  if (found.version === 0n) {
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
  { bytes, places }: Pick<KeyVersion, 'bytes' | 'places'>,
  options: Pick<ExtractOptions, 'metaSummary' | 'printKey' | 'raw' | 'output' | 'encryptionConfig'>,
): Promise<Buffer> {
  const key = bytes.subarray(places.keyStart, places.keyEnd);
  const value = bytes.subarray(places.valueStart, places.valueEnd);
  if (options.metaSummary) {
    const { version, create, mod, lease } = places;
    return Buffer.from(
      `Key: ${key}\nVersion: ${version}\nCreateRevision: ${create}\nModRevision: ${mod}\nLease: ${lease}\n`,
    );
  }
  if (options.printKey) return Buffer.concat([key, NEWLINE]);
  if (value.length === 0) throw new Failure('0 byte value');
  if (options.raw) return Buffer.concat([value, NEWLINE]);
  const plain = await new StoredValues(options).open(key, value);
  return withLooseEnd(plain, (input) => renderValue(requireValue(input), options.output));
}

const NEWLINE = Buffer.from('\n');
