const UNITS: [name: string, nanoseconds: number][] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
];

/** A time as Go prints it: `1.234567ms`, `2.5s`, `1m0.5s`. */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds >= 60e9) {
    const minutes = Math.floor(nanoseconds / 60e9);
    const hours = Math.floor(minutes / 60);
    const seconds = `${minutes % 60}m${decimal((nanoseconds % 60e9) / 1e9, 9)}s`;
    return hours > 0 ? `${hours}h${seconds}` : seconds;
  }
  for (const [name, size] of UNITS) {
    if (nanoseconds >= size) return `${decimal(nanoseconds / size, Math.log10(size))}${name}`;
  }
  return nanoseconds === 0 ? '0s' : `${nanoseconds}ns`;
}

function decimal(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
