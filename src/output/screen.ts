/** Lines on a terminal that are drawn anew in their place. */
import { harmless, terminalHeight, terminalWidth, writeStyled } from '../base/terminal.js';
import type { Context } from './context.js';

export class Screen {
  private lines = 0;

  constructor(private readonly stdout: Context['stdout']) {}

  /** How many lines fit: the terminal's, but for the one that the cursor is on. */
  get height(): number {
    return Math.max(1, terminalHeight() - 1);
  }

  get width(): number {
    return terminalWidth();
  }

  /**
   * Draws over what was drawn before. Lines are made harmless and cut to the width; what does not fit the height is left out.
   * @param style puts our own colours into a line
   */
  draw(lines: readonly string[], style: (line: string) => string = (line) => line): void {
    const { width } = this;
    const shown = lines.slice(0, this.height).map((line) => style(String(harmless(cut(line.trimEnd(), width)))));
    const up = this.lines > 0 ? `\u001b[${this.lines}A` : '';
    writeStyled(this.stdout, `${up}${shown.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`);
    this.lines = shown.length;
  }
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : [...line].slice(0, width).join('');
}
