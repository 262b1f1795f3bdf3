import { writeStyled } from '../base/terminal.js';
import type { CommandContext } from './command.js';

const CLEAR_LINE = '\r\u001b[K';

/** Shows on a terminal what is being done; gone when there is something to say. */
export function progressOf({ stderr }: CommandContext): { show(text: string): void; clear(): void } {
  return {
    show: (text) => {
      if (stderr.isTTY) writeStyled(stderr, `${CLEAR_LINE}${text} …`);
    },
    clear: () => {
      if (stderr.isTTY) writeStyled(stderr, CLEAR_LINE);
    },
  };
}
