/** Points in time and spans of time: Kubernetes stores seconds and nanoseconds, and shows RFC 3339 and Go's durations. */

/** Seconds of Go's zero time (year 1), which JSON shows as null. */
export const ZERO_TIME = -62135596800;
/** The last second that RFC 3339 can name. */
const LAST_TIME = 253402300799;

const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

/** The day that was last written: the times of an object are mostly of one. */
let lastDay = Number.NaN;
let lastDate = '';

/** `2006-01-02T15:04:05Z`, or undefined where the year has more than four digits. */
export function formatTime(seconds: number): string | undefined {
  if (seconds < ZERO_TIME - 31622400 || seconds > LAST_TIME) return undefined;
  const day = Math.floor(seconds / 86400);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * 86400000).toISOString().slice(0, 11);
  }
  const second = seconds - day * 86400;
  const minute = Math.floor(second / 60);
  const hour = Math.floor(minute / 60);
  return `${lastDate}${TWO_DIGITS[hour]}:${TWO_DIGITS[minute - hour * 60]}:${TWO_DIGITS[second - minute * 60]}Z`;
}

/** `2006-01-02T15:04:05.000000Z`. */
export function formatMicroTime(seconds: number, nanoseconds: number): string | undefined {
  const micro = Math.trunc(nanoseconds / 1000);
  const carry = Math.floor(micro / 1e6);
  const text = formatTime(seconds + carry);
  return text && `${text.slice(0, -1)}.${String(micro - carry * 1e6).padStart(6, '0')}Z`;
}

/** Reads RFC 3339: whole seconds since 1970 and nanoseconds; undefined where `text` is no time. */
export function parseTime(text: string): { seconds: number; nanoseconds: number } | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!match) return undefined;
  const milliseconds = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return { seconds: milliseconds / 1000, nanoseconds: Number((match[2] ?? '').slice(0, 9).padEnd(9, '0')) };
}

const UNITS = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1000000n],
  ['s', 1000000000n],
  ['m', 60000000000n],
  ['h', 3600000000000n],
]);

/** Nanoseconds as Go writes a duration: `1h0m0.5s`, `1.5ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const total = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (total === 0n) return '0s';
  for (const unit of ['ns', 'µs', 'ms']) {
    if (total < UNITS.get(unit)! * 1000n) return `${sign}${decimal(total, UNITS.get(unit)!)}${unit}`;
  }
  const minute = UNITS.get('m')!;
  const minutes = total / minute;
  const seconds = `${decimal(total % minute, UNITS.get('s')!)}s`;
  if (minutes === 0n) return sign + seconds;
  return `${sign}${minutes >= 60n ? `${minutes / 60n}h` : ''}${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = String(value % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return unit === 1n || fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`;
}

/** Reads a Go duration (`1h30m`, `-1.5s`) to nanoseconds; undefined where `text` is none. */
export function parseDuration(text: string): bigint | undefined {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (!match) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of match[2]!.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = UNITS.get(unit)!;
    total += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
  }
  return match[1] === '-' ? -total : total;
}
