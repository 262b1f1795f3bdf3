import type { Io, Mode } from '../base/contract.js';
import { askPassword } from '../base/password.js';

/** Splits `name:password` at the first colon; without one the password is asked for. */
export async function splitUser(
  io: Io,
  mode: Mode,
  text: string,
  prompt: string,
): Promise<{ user: string; password: string }> {
  const colon = text.indexOf(':');
  if (colon < 0) return { user: text, password: await askPassword(prompt, mode, io) };
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
