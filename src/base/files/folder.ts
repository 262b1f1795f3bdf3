/** Folders into which names are written that others chose: nothing in them leads out of them. */
import { closeSync, constants, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Failure } from '../errors.js';
import { systemText } from '../go/errno.js';
import { writeNewFile } from './write.js';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

/** Linux reaches what is in an open folder through its descriptor, wherever a name on the way there leads meanwhile. */
const BY_DESCRIPTOR = '/proc/self/fd';

/** An open folder. */
export class Folder {
  private constructor(
    private readonly fd: number,
    /** For messages. */
    readonly path: string,
  ) {}

  /**
   * Opens a folder that the user named, or one inside of it; makes what is not there. Symbolic links on the way to the former are the
   * user's own; inside of it none is followed.
   *
   * @param inside the way from there, each one part of a path
   * @throws Failure for a symbolic link inside, and for anything else that is no folder
   */
  static open(path: string, inside: readonly string[] = []): Folder {
    let folder: Folder;
    try {
      mkdirSync(path, { recursive: true });
      folder = new Folder(openSync(path, FOLDER), path);
    } catch (error) {
      throw cannot('open the folder', path, error);
    }
    for (const name of inside) {
      const outer = folder;
      try {
        folder = outer.enter(name);
      } finally {
        outer.close();
      }
    }
    return folder;
  }

  private enter(name: string): Folder {
    const path = join(this.path, name);
    try {
      makeFolder(this.at(name));
      return new Folder(openSync(this.at(name), FOLDER | constants.O_NOFOLLOW), path);
    } catch (error) {
      throw cannot('open the folder', path, error);
    }
  }

  /**
   * Writes a file that is there as a whole or not at all; only its owner can read it. One of that name is replaced.
   * @param name one part of a path
   */
  write(name: string, text: string): void {
    const part = this.at(`.${name}.${process.pid}.part`);
    try {
      writeNewFile(part, Buffer.from(text), { mode: 0o600 });
      renameSync(part, this.at(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(part, { force: true });
      throw cannot('write', join(this.path, name), error);
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  private at(name: string): string {
    const base = existsSync(BY_DESCRIPTOR) ? `${BY_DESCRIPTOR}/${this.fd}` : this.path;
    return `${base}/${name}`;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function cannot(verb: string, path: string, error: unknown): Failure {
  return new Failure(`cannot ${verb} ${path}: ${systemText(error)}`, { exitCode: ExitCode.IO, cause: error });
}
