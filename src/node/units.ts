/** An etcd that systemd starts: its unit, the drop-ins, and the files of variables that these name; and such files where installers put them. */
import { join } from 'node:path';
import { type EtcdSettings, optionsOfText, optionsOfVariables, optionsOfWords, settingsOf } from './etcd-settings.js';
import { below, listTrusted, type Notes, readTrusted } from './trusted-file.js';

const UNIT_FOLDERS = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const UNITS = ['etcd.service', 'etcd-member.service', 'etcd2.service'];

/** Files of variables of the usual installers: kubespray, etcdadm, Debian, Red Hat. */
const VARIABLE_FILES = ['/etc/etcd.env', '/etc/etcd/etcd.env', '/etc/default/etcd', '/etc/etcd/etcd.conf'];

export interface SettingsFile {
  source: string;
  settings: EtcdSettings;
}

/** What the first unit of an etcd says that is found. */
export function settingsOfUnit(root: string, notes: Notes): SettingsFile | undefined {
  for (const folder of UNIT_FOLDERS) {
    for (const unit of UNITS) {
      const source = below(root, join(folder, unit));
      const text = readTrusted(source, notes);
      if (text === undefined) continue;
      const dropIns = below(root, join('/etc/systemd/system', `${unit}.d`));
      const more = listTrusted(dropIns, notes)
        .filter((name) => name.endsWith('.conf'))
        .map((name) => readTrusted(join(dropIns, name), notes) ?? '');
      const settings = settingsOfUnitText(root, [text, ...more].join('\n'), notes);
      if (settings !== undefined) return { source, settings };
    }
  }
  return undefined;
}

function settingsOfUnitText(root: string, text: string, notes: Notes): EtcdSettings | undefined {
  // A line that ends in a backslash goes on in the next one.
  const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
  const values = (name: string) =>
    lines.filter((line) => line.trimStart().startsWith(`${name}=`)).map((line) => line.slice(line.indexOf('=') + 1));
  const start = values('ExecStart').at(-1) ?? '';
  const variables = new Map(values('Environment').flatMap((value) => variablesOf(value.replace(/["'] ["']?/g, '\n'))));
  for (const path of values('EnvironmentFile')) {
    const content = readTrusted(below(root, path.trim().replace(/^-/, '')), notes);
    for (const [name, value] of variablesOf(content ?? '')) variables.set(name, value);
  }
  if (!/\betcd\b/.test(start)) return undefined;
  const words = start
    .trim()
    .split(/\s+/)
    .map((word) => substituted(word.replace(/^["']|["']$/g, ''), variables));
  return settingsOf(optionsOfWords(words), optionsOfText(words.join(' ')), optionsOfVariables(variables));
}

/** `$NAME` and `${NAME}` of a unit's command line. */
function substituted(word: string, variables: ReadonlyMap<string, string>): string {
  if (!word.includes('$')) return word;
  return word.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => variables.get(name) ?? whole);
}

/** What the first file of variables says that is there. */
export function settingsOfVariableFile(root: string, notes: Notes): SettingsFile | undefined {
  for (const path of VARIABLE_FILES) {
    const source = below(root, path);
    const text = readTrusted(source, notes);
    if (text === undefined) continue;
    const settings = settingsOf(optionsOfVariables(new Map(variablesOf(text))));
    if (settings.clientUrls.length > 0) return { source, settings };
  }
  return undefined;
}

/** `NAME=value` a line, with or without quotes and `export`; comments are passed over. */
export function variablesOf(text: string): [string, string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const match = /^\s*(?:export\s+)?["']?(\w+)=(.*?)\s*$/.exec(line);
    return match === null ? [] : [[match[1]!, match[2]!.replace(/^["']|["']$/g, '')]];
  });
}
