/** Durations as Go's time package reads and writes them, in nanoseconds. */
import { goQuote } from './quote.js';

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const MAX = 2n ** 63n - 1n;

/**
 * The nanoseconds of a duration: `1m30s`, `-1.5h`, `300ms`, `0`.
 * @throws Error with Go's words: `time: missing unit in duration "5"`.
 */
export function parseDuration(text: string): bigint {
  const invalid = () => new Error(`time: invalid duration ${goQuote(text)}`);
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  // 64 bits with a sign: there is one more below 0 than above.
  const most = text.startsWith('-') ? MAX + 1n : MAX;
  let total = 0n;
  while (rest !== '') {
    const [part, whole = '', fraction = '', unit = ''] = /^(\d*)\.?(\d*)([^\d.]*)/.exec(rest)!;
    if (whole === '' && fraction === '') throw invalid();
    if (unit === '') throw new Error(`time: missing unit in duration ${goQuote(text)}`);
    const size = Object.hasOwn(NANOSECONDS, unit) ? NANOSECONDS[unit]! : undefined;
    if (size === undefined) throw new Error(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    total += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
    if (total > most) throw invalid();
    rest = rest.slice(part.length);
  }
  return text.startsWith('-') ? -total : total;
}

/** A duration as Go prints it: `1h0m0.5s`, `1.234567ms`, `500ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const total = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (total === 0n) return '0s';
  for (const unit of ['ns', 'µs', 'ms'] as const) {
    const size = NANOSECONDS[unit]!;
    if (total < size * 1000n) return `${sign}${decimal(total, size)}${unit}`;
  }
  const minute = NANOSECONDS.m!;
  const minutes = total / minute;
  const seconds = `${decimal(total % minute, NANOSECONDS.s!)}s`;
  if (minutes === 0n) return sign + seconds;
  return `${sign}${minutes >= 60n ? `${minutes / 60n}h` : ''}${minutes % 60n}m${seconds}`;
}

/** Milliseconds of whole nanoseconds, and back. */
export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

export function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6));
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = String(value % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return unit === 1n || fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`;
}
