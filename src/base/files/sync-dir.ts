import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes sure that the names in a folder are on the disk. */
export function syncDir(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
