import type { Value } from '../../k8s-decode/value.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
/** The longest span that Go's time.Duration holds, 292 years: longer ones are cut to it. */
const LONGEST = 9223372036854;

/** How a span is written while it is shorter than `below`: in `unit`s and, where given, the `rest` in smaller ones. */
const STEPS: readonly { below: number; unit: number; sign: string; rest?: number; restSign?: string }[] = [
  { below: 2 * MINUTE, unit: SECOND, sign: 's' },
  { below: 10 * MINUTE, unit: MINUTE, sign: 'm', rest: SECOND, restSign: 's' },
  { below: 3 * HOUR, unit: MINUTE, sign: 'm' },
  { below: 8 * HOUR, unit: HOUR, sign: 'h', rest: MINUTE, restSign: 'm' },
  { below: 2 * DAY, unit: HOUR, sign: 'h' },
  { below: 8 * DAY, unit: DAY, sign: 'd', rest: HOUR, restSign: 'h' },
  { below: 2 * YEAR, unit: DAY, sign: 'd' },
  { below: 8 * YEAR, unit: YEAR, sign: 'y', rest: DAY, restSign: 'd' },
  { below: Number.POSITIVE_INFINITY, unit: YEAR, sign: 'y' },
];

/**
 * A span of time as kubectl writes ages, in two or three digits (apimachinery's HumanDuration): `45s`, `2m30s`, `5h12m`, `3d4h`,
 * `45d`, `2y35d`. A clock that is a second behind is forgiven; a span further below zero is `<invalid>`.
 */
export function humanDuration(milliseconds: number): string {
  if (!(milliseconds >= 0)) return milliseconds > -2 * SECOND ? '0s' : '<invalid>';
  const span = Math.min(milliseconds, LONGEST);
  const { unit, sign, rest, restSign } = STEPS.find(({ below }) => span < below)!;
  const whole = `${Math.floor(span / unit)}${sign}`;
  const left = rest === undefined ? 0 : Math.floor((span % unit) / rest);
  return left === 0 ? whole : `${whole}${left}${restSign}`;
}

/** The day that was last read: the times of a list are mostly of few days. */
let lastDate = '';
let lastDay = 0;

/** The milliseconds since 1970 of a stored point in time, or undefined where it is absent or Go's zero time. */
export function instant(time: Value | undefined): number | undefined {
  if (typeof time !== 'string' || time === '' || time.startsWith('0001-01-01T00:00:00')) return undefined;
  if (time.length !== 20 || !time.endsWith('Z')) return Date.parse(time);
  const date = time.slice(0, 10);
  if (date !== lastDate) {
    lastDate = date;
    lastDay = Date.parse(date);
  }
  return lastDay + twoDigits(time, 11) * HOUR + twoDigits(time, 14) * MINUTE + twoDigits(time, 17) * SECOND;
}

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 48 * 11;
}

/** How long ago `time` was; `<unknown>` where it is absent. */
export function since(time: Value | undefined, now: number): string {
  const then = instant(time);
  return then === undefined ? '<unknown>' : humanDuration(now - then);
}
