/**
 * Files that keep what was in etcd before it was changed: a line of JSON for each key, `{"key":…,"mod_revision":…,"lease":…,
 * "value":"BASE64"}`, the value as it was stored. `ketcdctl decode FILE` shows them, `ketcdctl k8s restore --from FILE` brings them back.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Failure } from '../base/errors.js';
import { syncDir, writeAll } from '../base/files/write.js';

/** A key as it was. */
export interface KeptValue {
  key: string;
  mod_revision: string;
  /** Decimal; '0': none. */
  lease: string;
  value: Buffer;
}

/** A file that is made when the first value is kept. Only its owner can read it: there may be secrets in it. */
export class BackupFile {
  private fd: number | undefined;
  private written = 0;
  /** Bytes of the file. */
  private size = 0;
  /** What was kept at last. */
  private last = { bytes: 0, count: 0 };

  private constructor(
    private readonly dir: string,
    private readonly name: string,
  ) {}

  /** @param dir where the file is made, under a name by the time */
  static in(dir: string, now = new Date()): BackupFile {
    return new BackupFile(dir, `ketcdctl-backup-${now.toISOString().replace(/[-:]|\.\d+/g, '')}`);
  }

  /** Where it is, once something is kept. */
  path = '';

  /** Makes a file that is not there yet: several commands may run in a second. */
  private open(): number {
    for (let number = 1; ; number++) {
      this.path = join(this.dir, `${this.name}${number > 1 ? `-${number}` : ''}.jsonl`);
      try {
        const fd = openSync(this.path, 'wx', 0o600);
        syncDir(this.dir);
        return fd;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** The value is in the file, and on the disk, when this returns. */
  keep(value: KeptValue): void {
    this.keepAll([value]);
  }

  /** The same for several. */
  keepAll(values: readonly KeptValue[]): void {
    if (values.length === 0) return;
    const lines = values.map(({ key, mod_revision, lease, value }) =>
      JSON.stringify({ key, mod_revision, lease, value: value.toString('base64') }),
    );
    try {
      this.fd ??= this.open();
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      writeAll(this.fd, bytes, this.size);
      fsyncSync(this.fd);
      this.last = { bytes: bytes.length, count: values.length };
      this.size += bytes.length;
    } catch (error) {
      this.dropTornLine();
      throw new Failure(`the old value cannot be kept in ${this.path}: ${(error as Error).message}`, {
        exitCode: ExitCode.IO,
        hint: 'its key was not changed; --backup-dir takes another folder',
        cause: error,
      });
    }
    this.written += values.length;
  }

  /** A line that the disk took only the beginning of would keep the file from being read. */
  private dropTornLine(): void {
    if (this.fd !== undefined) ftruncateSync(this.fd, this.size);
  }

  /** Takes what was kept at last out again: it was not changed after all, and must not be brought back over what is there. */
  takeBack(): void {
    this.size -= this.last.bytes;
    this.written -= this.last.count;
    this.last = { bytes: 0, count: 0 };
    if (this.fd !== undefined) ftruncateSync(this.fd, this.size);
  }

  /** How many values are in it. */
  get count(): number {
    return this.written;
  }

  close(): void {
    if (this.fd !== undefined) {
      fsyncSync(this.fd);
      closeSync(this.fd);
    }
    this.fd = undefined;
  }

  /** For when nothing was changed. */
  discard(): void {
    const exists = this.fd !== undefined;
    this.close();
    if (exists) rmSync(this.path, { force: true });
  }
}

/** Whether a file is one of those, by its first character. */
export function isBackup(head: Buffer): boolean {
  return head.subarray(0, 8).toString() === '{"key":"';
}

/** @throws Failure that names the line which is none of a backup */
export function readBackup(path: string): KeptValue[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line === '' ? [] : [keptValue(line, `${path}, line ${index + 1}`)]));
}

function keptValue(line: string, where: string): KeptValue {
  try {
    const { key, mod_revision = '0', lease = '0', value } = JSON.parse(line) as Record<string, string>;
    if (typeof key === 'string' && typeof value === 'string') {
      return { key, mod_revision: String(mod_revision), lease: String(lease), value: Buffer.from(value, 'base64') };
    }
  } catch {
    // Told below.
  }
  throw new Failure(`${where}: expected {"key":…,"value":"BASE64"}`, { exitCode: ExitCode.InvalidInput });
}
