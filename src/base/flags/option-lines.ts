/** Lists of options as pflag writes them, and as etcdctl did up to 3.6. */
import type { Flag } from './declare.js';

/** `  -w, --write-out string   the format (default "simple")`, sorted and aligned as pflag does it. */
export function optionLines(flags: readonly Flag[]): string {
  return aligned(flags, cobraTerm, (flag) => flag.help + cobraDefault(flag));
}

function cobraTerm(flag: Flag): string {
  return `--${flag.name}${flag.type === 'bool' ? '' : ` ${flag.type}`}`;
}

function cobraDefault(flag: Flag): string {
  const value = flag.default;
  if (value === undefined || value === '' || value === '0' || value === 'false') return '';
  if (flag.type === 'string') return ` (default "${value}")`;
  return ` (default ${flag.type === 'strings' ? `[${value}]` : value})`;
}

/** The same in etcdctl's own layout, up to 3.6: every flag with its default. */
export function blockLines(flags: readonly Flag[]): string {
  return aligned(flags, blockTerm, (flag) => flag.help);
}

/** `--prefix[=false]`, `--order=""`, `--limit=0`. */
function blockTerm(flag: Flag): string {
  const value =
    flag.default ?? { bool: 'false', string: '', int: '0', uint: '0', duration: '0s', strings: '' }[flag.type];
  if (flag.type === 'bool') return `--${flag.name}[=${value}]`;
  if (flag.type === 'string') return `--${flag.name}="${value}"`;
  return `--${flag.name}=${flag.type === 'strings' ? `[${value}]` : value}`;
}

function aligned(flags: readonly Flag[], term: (flag: Flag) => string, text: (flag: Flag) => string): string {
  const shown = flags.filter((flag) => !flag.hidden).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const terms = shown.map((flag) => `  ${flag.short === undefined ? '   ' : `-${flag.short},`} ${term(flag)}`);
  const width = Math.max(...terms.map((each) => each.length));
  return shown.map((flag, index) => `${terms[index]!.padEnd(width)}   ${text(flag)}\n`).join('');
}
