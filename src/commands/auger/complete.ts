/** `__complete WORD… LAST`, which the scripts of `completion` call: see src/cli/complete.ts. */

import type { Output } from '../../base/contract.js';
import { flagList } from '../../base/flags/declare.js';
import type { Program } from './program.js';

const NO_FILES = ':4';
const FILES = ':0';

/** Writes the candidates for the last of the words. */
export function complete(program: Program, words: readonly string[], stdout: Output): void {
  const typed = words.at(-1) ?? '';
  const command = program.commands.find(({ name }) => words.slice(0, -1).includes(name));
  const candidates = typed.startsWith('-')
    ? flagList({ ...command?.flags, ...program.globals }).map(({ name, help }) => [`--${name}`, help] as const)
    : command === undefined
      ? program.commands.map(({ name, short }) => [name, short] as const)
      : (command.subcommands ?? []);
  const lines = candidates.filter(([value]) => value.startsWith(typed)).map(([value, text]) => `${value}\t${text}\n`);
  stdout.write(`${lines.join('')}${command !== undefined && lines.length === 0 ? FILES : NO_FILES}\n`);
}
