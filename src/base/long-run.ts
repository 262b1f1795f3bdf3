/** How long a run has to last until its functions are worth compiling. */
const LONG_MS = 20;

declare const Bun: { unsafe: { setJITPolicy(scale: number): void } } | undefined;

/**
 * The executable begins with its functions interpreted (`--compile-jit-policy` in packaging/binary.mjs): most runs are over before to
 * compile them pays, and that would take a fifth of their processor time. A run that goes on has them compiled as usual.
 */
export function compileWhenLong(): void {
  if (typeof Bun === 'undefined') return;
  const { unsafe } = Bun;
  setTimeout(() => unsafe.setJITPolicy(1), LONG_MS).unref();
}
