/** `extract` without a key: a line for each key that exists. */
import { Failure } from '../../base/errors.js';
import { StoredValues } from '../../k8s/values.js';
import { toJson } from '../../k8s-decode/json/json.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { readableBytes } from '../../output/bytes.js';
import { Template } from '../../output/go-template/index.js';
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { ALL_KEYS, KeyRange, keysBelow } from '../../storage/mvcc/revision.js';
import { revisionAt } from './database.js';
import { type Entry, mentionsObject, objectIn, templateData, valueJson } from './entry.js';
import type { ExtractOptions } from './extract-options.js';
import { parseFilter } from './filter.js';
import { AllVersions, type VersionStats } from './versions.js';

/** How one entry is written; and whether its object has to be decoded for that. */
interface Line {
  text(entry: Entry): string;
  needsObject: boolean;
}

/** The line of each key that passes the filter, in the order of the keys. Values are read one at a time. */
export async function* listEntries(file: EtcdFile, options: ExtractOptions): AsyncGenerator<string> {
  const line = lineOf(options);
  const filter = options.filter === '' ? undefined : parseFilter(options.filter);
  const needsObject = line.needsObject || (filter?.needsObject ?? false);
  const revision = revisionAt(file, options.revision);
  const index = file.indexOf(rangeOf(options), revision);
  const values = new StoredValues(options);
  let versions: AllVersions | undefined;
  let written = 0;
  const statsOf = (key: Buffer): VersionStats => {
    versions ??= new AllVersions(file, revision);
    return versions.of(key);
  };
  for (let i = 0; i < index.size; i++) {
    const key = index.key(i);
    const { value, version } = file.record(index, i);
    const object = needsObject ? await objectIn(key, value, values) : undefined;
    const entry: Entry = { key: key.toString(), version: BigInt(version), value, object, stats: () => statsOf(key) };
    if (filter !== undefined && !filter.passes(entry)) continue;
    if (options.objects === 'yaml' && written++ > 0) yield '---\n';
    yield line.text(entry);
  }
}

function rangeOf({ key, prefix }: ExtractOptions): KeyRange {
  if (key !== '') return new KeyRange(Buffer.from(key), Buffer.alloc(0));
  return prefix === '' ? ALL_KEYS : keysBelow(Buffer.from(prefix));
}

/** The entry's object; of a value that has none, what its text is. */
function objectText({ key, value, object }: Entry, format: 'yaml' | 'json' | 'jsonl'): string {
  const shown = object ?? readableBytes(value);
  if (format === 'json') return `${toJson(shown, '    ')}\n`;
  if (format === 'jsonl')
    return `${toJson(
      new Map([
        ['key', key],
        ['value', shown],
      ]),
    )}\n`;
  return `# ${key}\n${toYaml(shown)}`;
}

const FIELDS: Record<string, (entry: Entry) => string> = {
  key: ({ key }) => key,
  'value-size': ({ value }) => String(value.length),
  'all-versions-value-size': ({ stats }) => String(stats().valueBytes),
  'version-count': ({ stats }) => String(stats().versions),
  value: valueJson,
};

function lineOf({ template, fields, objects }: ExtractOptions): Line {
  if (objects) return { text: (entry) => objectText(entry, objects), needsObject: true };
  if (template !== '') {
    const compiled = new Template('template', template);
    return { text: (entry) => `${compiled.render(templateData(entry))}\n`, needsObject: mentionsObject(template) };
  }
  const names = fields.split(',');
  const unknown = names.find((name) => !Object.hasOwn(FIELDS, name));
  if (unknown !== undefined) throw new Failure(`unrecognized field: ${unknown}`);
  return {
    text: (entry) => `${names.map((name) => FIELDS[name]!(entry)).join(' ')}\n`,
    needsObject: names.includes('value'),
  };
}
