/** What is wrong, the evidence, and the command that mends it. */
export interface Finding {
  /** Stays the same from release to release: `no-quorum`. */
  id: string;
  /** `error`: something does not work, or is about to be lost. `warning`: it will be, if nothing is done. `note`: worth knowing. */
  severity: 'error' | 'warning' | 'note';
  what: string;
  evidence: string;
  /** A command line or a sentence. */
  remedy: string;
  /** The page of the documentation that tells more, below docs/. */
  page: string;
}

const ORDER = { error: 0, warning: 1, note: 2 } as const;

/** The worst first; what is as bad stays in its order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** 0: nothing but notes, 1: warnings, 2: errors. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ severity }) => severity === 'error')) return 2;
  return findings.some(({ severity }) => severity === 'warning') ? 1 : 0;
}

/** A file's size, or the like: `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole);
}
