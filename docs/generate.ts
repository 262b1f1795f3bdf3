/** Writes the pages of the docs that are made of the program's own tables: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { ERROR_KINDS } from '../src/base/error-codes.js';
import type { Flag } from '../src/base/flags/declare.js';
import { type CommandPage, commandPages, globalOptions } from '../src/cli/pages.js';

const NOTE = '<!-- Made by `npm run docs`: change the tables in src/, not this page. -->\n\n';

function errorsPage(): string {
  const rows = Object.entries(ERROR_KINDS).map(([code, { exitCode, meaning, remedy }]) =>
    row([`<a id="${code}"></a>\`KEC-${code}\``, String(exitCode), meaning, remedy]),
  );
  return `# Errors

${NOTE}An error has up to three lines on standard error: \`Error:\` and what failed, \`Hint:\` and what helps, and \`Code:\` with a code of this table, where
that tells more than the first line does. The exit code is the one of the table, unless the place that fails has etcdctl's own for it; what
imitates another tool prints that tool's words, without hint and code.

${table(['Code', 'Exit code', 'What it means', 'What to do'], rows)}`;
}

async function optionsPage(): Promise<string> {
  const pages = (await commandPages()).filter(({ options }) => options.length > 0);
  return `# Options

${NOTE}## Of every command

Each can also be set by a variable: \`--command-timeout\` by \`ETCDCTL_COMMAND_TIMEOUT\`. What the command line says wins.

${optionTable(globalOptions())}
${pages.map(section).join('\n')}`;
}

function section({ path, usage, summary, options }: CommandPage): string {
  return `## ${path}

${summary}: \`ketcdctl ${usage}\`

${optionTable(options)}`;
}

function optionTable(options: readonly Flag[]): string {
  return table(['Option', 'Default', 'What it does'], options.filter(({ hidden }) => !hidden).map(optionRow));
}

function optionRow(flag: Flag): string {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const value = flag.type === 'bool' ? '' : ` ${flag.value ?? flag.type}`;
  const choices = flag.choices === undefined ? '' : ` (${flag.choices.join(', ')})`;
  const preset = flag.default === undefined || flag.default === '' ? '' : `\`${flag.default}\``;
  return row([`\`${short}--${flag.name}${value}\``, preset, flag.help + choices]);
}

function table(heads: string[], rows: string[]): string {
  return row(heads) + row(heads.map(() => '---')) + rows.join('');
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

async function main(): Promise<void> {
  writeFileSync('docs/errors.md', errorsPage());
  writeFileSync('docs/options.md', await optionsPage());
}

void main();
