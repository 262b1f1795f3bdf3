/**
 * Amounts of resources (`500m`, `1Gi`) in the canonical form that Kubernetes stores and shows.
 *
 * An amount is read and written as resource.Quantity of apimachinery does: `1000m` is `1`, `0.5` is `500m`, `1024Ki` is
 * `1Mi`; what is finer than a billionth is rounded away from zero; a text that the reader takes for canonical stays as it is.
 */

/** Powers of ten by suffix. */
const DECIMAL = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
/** Powers of two by suffix. */
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const MAX_BINARY = 2n ** 63n - 1n;

/** A decimal number: `unscaled` times ten to the power of `exponent`. */
interface Amount {
  unscaled: bigint;
  exponent: number;
}

type Notation = 'decimal' | 'binary' | 'exponent';

/** The canonical form of an amount, or undefined where `text` is none. */
export function canonicalQuantity(text: string): string | undefined {
  if (/^[1-9]\d{0,5}(?:[numkMGTPE]|[KMGT]i)?$/.test(text) && staysAsItIs(text)) return text;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d{1,9})$/.exec(text);
  if (!match || text === '') return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const digits = `${whole.replace(/^0+/, '') || '0'}${fraction}`;
  return canonical(text, sign === '-', digits, fraction.length, suffix);
}

function staysAsItIs(text: string): boolean {
  const value = Number.parseInt(text, 10);
  return value % (text.endsWith('i') ? 1024 : 1000) !== 0;
}

function canonical(text: string, negative: boolean, digits: string, places: number, suffix: string): string {
  const power = BINARY.indexOf(suffix);
  if (power > 0) {
    const factor = 2n ** BigInt(power * 10);
    return canonicalBinary(
      text,
      negative,
      { unscaled: BigInt(digits) * factor, exponent: -places },
      digits,
      power,
      places,
    );
  }
  const notation = /^[eE]./.test(suffix) ? 'exponent' : 'decimal';
  const exponent = (notation === 'exponent' ? Number(suffix.slice(1)) : DECIMAL.get(suffix)!) - places;
  const fast = digits.length <= 18 && exponent >= -9;
  if (text === '0' || (fast && exponent % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0')) return text;
  if (Math.abs(exponent) > 400) return text;
  return write(negative, roundToNano({ unscaled: BigInt(digits), exponent }), notation);
}

function canonicalBinary(
  text: string,
  negative: boolean,
  exact: Amount,
  digits: string,
  power: number,
  places: number,
): string {
  const fast = places === 0 && 14 - digits.length - Math.trunc(power * 3) >= 0;
  if (fast && (Number(digits) & 7) !== 0) return text;
  let amount = roundToNano(exact);
  if (!fast && compare(amount, MAX_BINARY) > 0) amount = { unscaled: MAX_BINARY, exponent: 0 };
  const small = compare(amount, 1024n) < 0;
  return write(negative, amount, small || !isWhole(amount) ? 'decimal' : 'binary');
}

function roundToNano({ unscaled, exponent }: Amount): Amount {
  if (exponent >= -9) return { unscaled, exponent };
  const divisor = 10n ** BigInt(-9 - exponent);
  return { unscaled: (unscaled + divisor - 1n) / divisor, exponent: -9 };
}

function compare({ unscaled, exponent }: Amount, limit: bigint): number {
  const [a, b] =
    exponent < 0 ? [unscaled, limit * 10n ** BigInt(-exponent)] : [unscaled * 10n ** BigInt(exponent), limit];
  return a < b ? -1 : a > b ? 1 : 0;
}

function isWhole({ unscaled, exponent }: Amount): boolean {
  return exponent >= 0 || unscaled % 10n ** BigInt(-exponent) === 0n;
}

function write(negative: boolean, amount: Amount, notation: Notation): string {
  if (amount.unscaled === 0n) return '0';
  const sign = negative ? '-' : '';
  if (notation === 'binary') return sign + writeBinary(amount);
  let { unscaled, exponent } = amount;
  while (unscaled % 10n === 0n) {
    unscaled /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0) {
    unscaled *= 10n;
    exponent--;
  }
  if (notation === 'exponent') return `${sign}${unscaled}${exponent === 0 ? '' : `e${exponent}`}`;
  const suffix = [...DECIMAL].find(([, power]) => power === exponent)?.[0] ?? '';
  return `${sign}${unscaled}${suffix}`;
}

function writeBinary({ unscaled, exponent }: Amount): string {
  let value = exponent < 0 ? unscaled / 10n ** BigInt(-exponent) : unscaled * 10n ** BigInt(exponent);
  let power = 0;
  while (value % 1024n === 0n) {
    value /= 1024n;
    power++;
  }
  return `${value}${BINARY[power] ?? ''}`;
}
