/** Colour for what is bad. */
import type { Output } from '../base/contract.js';
import { harmless, writeStyled } from '../base/terminal.js';

/**
 * Writes a text of which `bad`, its beginning, tells that something is wrong: red on a terminal, unless NO_COLOR says that no colours are
 * wanted; elsewhere as it is.
 */
export async function writeBad(out: Output, env: NodeJS.ProcessEnv, bad: string, rest = ''): Promise<void> {
  if (!out.isTTY || env.NO_COLOR) {
    await out.write(bad + rest);
    return;
  }
  const { Chalk } = await import('chalk');
  await writeStyled(out, new Chalk({ level: 1 }).red(String(harmless(bad))) + String(harmless(rest)));
}
