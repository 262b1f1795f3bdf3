/**
 * `bun packaging/man.ts FOLDER DATE`: the manual pages, out of what the help is made of: ketcdctl(1) with the list of commands and the
 * global options, and a page for each command, ketcdctl-snapshot-save(1).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../src/base/errors.js';
import type { Flag } from '../src/base/flags/declare.js';
import { variableOf } from '../src/base/flags/value.js';
import { commandFlags } from '../src/cli/command-flags.js';
import { programOf } from '../src/cli/program.js';
import type { CommandEntry, CommandSpec } from '../src/commands/command.js';

/** Read, not imported: the compiler would put a copy beside what it writes. */
const { description, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const PROGRAM = programOf({ tool: 'ketcdctl' });

const EXIT_CODES: Record<keyof typeof ExitCode, string> = {
  Ok: 'It is done, and what was asked for is sound.',
  Error: 'The server refused, the deadline passed, a flag was malformed, or anything that has no code of its own.',
  BadConnection: 'The connection or the login could not be made.',
  InvalidInput: 'Unusable text on standard input.',
  BadFeature: 'A value of a flag, or a format, that is not known.',
  Interrupted: 'Interrupted, or ended by the server.',
  IO: 'A file could not be read or written.',
  BadArgs: 'Arguments that do not fit together.',
};

/** Text as troff takes it: no escape, no request, no hyphen that is typeset as a dash. */
function text(plain: string): string {
  return plain.replace(/[\\\-'`^~]/g, (char) => ESCAPES[char]!).replace(/^\./gm, '\\&.');
}

const ESCAPES: Record<string, string> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

const bold = (plain: string) => `\\fB${text(plain)}\\fR`;
const italic = (plain: string) => `\\fI${text(plain)}\\fR`;

function pageName(path: string): string {
  return `ketcdctl-${path.replaceAll(' ', '-')}`;
}

/** A page: its head, and sections of a title and troff's lines. Sections without lines are left out. */
function page(name: string, summary: string, date: string, sections: [title: string, lines: string[]][]): string {
  const head = [
    `.TH ${name.toUpperCase()} 1 "${date}" "ketcdctl ${version}" "ketcdctl"`,
    '.SH NAME',
    `${text(name)} \\- ${text(summary)}`,
  ];
  const rest = sections.flatMap(([title, lines]) => (lines.length === 0 ? [] : [`.SH ${title}`, ...lines]));
  return `${[...head, ...rest].join('\n')}\n`;
}

function paragraphs(plain: string): string[] {
  return plain.split(/\n{2,}/).flatMap((part, i) => [...(i > 0 ? ['.PP'] : []), ...part.split('\n').map(text)]);
}

/** `-w`, `--write-out` FORMAT, its variable and default, and its help. */
function flagLines(flag: Flag): string[] {
  if (flag.hidden) return [];
  const names = [...(flag.short === undefined ? [] : [`-${flag.short}`]), `--${flag.name}`].map(bold).join(', ');
  const value = flag.type === 'bool' ? '' : ` ${italic(flag.value ?? flag.type)}`;
  const isSet = flag.default !== undefined && flag.default !== '0' && flag.default !== '';
  const notes = [isSet ? `default: ${flag.default}` : '', flag.env ? variableOf(flag) : ''].filter(Boolean).join('; ');
  return ['.TP', `${names}${value}`, text(`${flag.help}${notes && ` (${notes})`}`)];
}

function examples(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['.nf', ...lines.map(text), '.fi'];
}

function listed(entries: readonly CommandEntry[]): string[] {
  const shown = entries.filter((entry) => !entry.hidden && !entry.group);
  return shown.flatMap((entry) => ['.TP', `${bold(pageName(entry.path))}(1)`, text(entry.summary)]);
}

function commandPage(entry: CommandEntry, spec: CommandSpec, date: string): string {
  return page(pageName(entry.path), entry.summary, date, [
    ['SYNOPSIS', [`${bold('ketcdctl')} ${text(spec.usage)}`]],
    ['DESCRIPTION', paragraphs(spec.description ?? `${entry.summary}.`)],
    ['OPTIONS', commandFlags(PROGRAM, entry, spec).flatMap(flagLines)],
    ['EXAMPLES', examples(spec.examples)],
    ['SEE ALSO', [`${bold('ketcdctl')}(1) has the options that every command takes, and the exit codes.`]],
  ]);
}

function mainPage(date: string): string {
  const codes = Object.entries(ExitCode) as [keyof typeof ExitCode, number][];
  return page('ketcdctl', description, date, [
    [
      'SYNOPSIS',
      [
        `${bold('ketcdctl')} [global options] ${italic('COMMAND')}`,
        '.br',
        `${bold('kubectl etcd')} ${italic('COMMAND')}`,
      ],
    ],
    [
      'DESCRIPTION',
      paragraphs(
        'ketcdctl takes the commands, flags, variables and output formats of etcdctl and etcdutl, shows the objects that Kubernetes ' +
          'keeps in etcd as YAML, and reads snapshot files in place of a server.\n\n' +
          'Started under the name etcdctl, etcdutl or auger (by a link, or with KETCDCTL_AS=etcdctl@3.5), it answers as that tool does.',
      ),
    ],
    ['COMMANDS', listed(PROGRAM.commands)],
    ['GLOBAL OPTIONS', PROGRAM.globals.flatMap(flagLines)],
    ['EXIT STATUS', codes.flatMap(([name, code]) => ['.TP', bold(String(code)), text(EXIT_CODES[name])])],
    ['SEE ALSO', [text('ketcdctl help COMMAND; etcd(1), kubectl(1)')]],
  ]);
}

async function main(folder: string, date: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string) => writeFileSync(join(folder, `${name}.1`), content);
  write('ketcdctl', mainPage(date));
  write('kubectl-etcd', '.so man1/ketcdctl.1\n');
  for (const entry of PROGRAM.commands) {
    const spec = (await entry.load?.())?.spec;
    if (spec !== undefined && !entry.hidden) write(pageName(entry.path), commandPage(entry, spec, date));
  }
}

const [folder = 'man1', date = ''] = process.argv.slice(2);
void main(folder, date);
