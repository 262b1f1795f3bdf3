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
