import { readFile } from 'node:fs/promises';
import type { Io } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { readInput as readStdin } from '../../base/input.js';

/** All of a file, or of standard input where no file is named. */
export async function readInput(io: Io, path: string): Promise<Buffer> {
  if (path !== '') return readNamed(path);
  const chunks: Buffer[] = [];
  for await (const chunk of readStdin(io, undefined)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readNamed(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Failure(`unable to read input: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws Failure in auger's words where there is nothing but a newline */
export function requireInput(input: Buffer): Buffer {
  if (input.length === 0 || (input.length === 1 && input[0] === 0x0a)) throw new Failure('no input data');
  return input;
}
