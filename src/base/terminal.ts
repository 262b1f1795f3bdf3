/**
 * What goes to a terminal cannot steer it: in this one place. Keys, values, names and a server's messages come from others, and an
 * escape sequence in them could hide or forge lines, or type for the user.
 */
import type { Io, Output, ReaderGone } from './contract.js';

/** The streams with what goes to a terminal made harmless; what goes to a file or a pipe stays as it is. */
export function safeIo(io: Io): Io {
  return {
    stdout: new SafeOutput(io.stdout),
    stderr: new SafeOutput(io.stderr),
    ...(io.stdinFd !== undefined && { stdinFd: io.stdinFd }),
    ...(io.outlivesInterrupt && { outlivesInterrupt: true }),
    get stdin() {
      return io.stdin;
    },
  };
}

/** Writes text that holds our own colours, and in which everything else went through {@link harmless}. */
export function writeStyled(out: Output, text: string): Promise<void> | undefined {
  return out.styled === undefined ? out.write(text) : out.styled(text);
}

class SafeOutput implements Output {
  constructor(private readonly out: Output) {}

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    return this.out.write(this.out.isTTY ? harmless(chunk) : chunk);
  }

  styled(text: string): Promise<void> | undefined {
    return writeStyled(this.out, text);
  }

  get onReaderGone(): ReaderGone | undefined {
    return this.out.onReaderGone;
  }

  set onReaderGone(then: ReaderGone | undefined) {
    this.out.onReaderGone = then;
  }

  get written(): number {
    return this.out.written ?? 0;
  }

  get isTTY(): boolean {
    return this.out.isTTY;
  }

  flush(): Promise<void> {
    return this.out.flush();
  }
}

/** A byte, as Latin-1, that is neither printable ASCII, a tab nor the end of a line. */
const SUSPECT = /[^\t\n\x20-\x7e]/;

/**
 * A character of UTF-8 that may be shown, in bytes as Latin-1; all but the control characters U+0080 to U+009F, which terminals obey as
 * they do an escape. Or a byte that is part of none.
 */
const CHARACTER =
  /([\t\n\x20-\x7e]|\xc2[\xa0-\xbf]|[\xc3-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|[\s\S]/g;

/** The text, or the bytes, with what could steer a terminal, and what is not UTF-8, shown as `\x1b`. */
export function harmless(chunk: string | Uint8Array): string | Uint8Array {
  const bytes = Buffer.from(chunk as Uint8Array).toString('latin1');
  if (!SUSPECT.test(bytes)) return chunk;
  const shown = bytes.replace(CHARACTER, (byte, character: string | undefined) => character ?? escaped(byte));
  return shown === bytes ? chunk : Buffer.from(shown, 'latin1');
}

function escaped(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** The columns of the terminal that standard output is; 80 where it does not say. */
export function terminalWidth(): number {
  return process.stdout.columns || 80;
}

/** The lines of that terminal; 24 where it does not say. */
export function terminalHeight(): number {
  return process.stdout.rows || 24;
}
