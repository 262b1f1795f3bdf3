import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BackupFile, readBackup } from '../../src/k8s/backup-file.js';
import { tempDir } from '../storage/support.js';

const kept = (key: string, size: number) => ({ key, mod_revision: '7', lease: '0', value: Buffer.alloc(size, key) });

test('values that are kept come back; one that was taken back does not', (t) => {
  const file = BackupFile.in(tempDir(t));
  file.keep(kept('a', 10));
  file.keep(kept('b', 0));
  file.keep(kept('c', 5));
  file.takeBack();
  file.close();
  assert.deepEqual(readBackup(file.path), [kept('a', 10), kept('b', 0)]);
  assert.ok(existsSync(file.path));
});

test('a value that the disk takes only half of is not kept, and those before it are', (t) => {
  const dir = tempDir(t);
  const modules = join(__dirname, '..', '..', 'src', 'k8s', 'backup-file.js');
  const script = `
    const { BackupFile } = require(${JSON.stringify(modules)});
    const file = BackupFile.in(${JSON.stringify(dir)});
    file.keep({ key: 'small', mod_revision: '1', lease: '0', value: Buffer.alloc(100) });
    try { file.keep({ key: 'large', mod_revision: '2', lease: '0', value: Buffer.alloc(90_000) }); console.log('kept'); }
    catch (error) { console.log(error.exitCode + ' ' + error.message); }
    file.close();`;
  // A limit on the size of files stands for a full disk: a write takes what fits, and the next one nothing.
  const limited = ['-c', 'trap "" XFSZ; ulimit -f 100; exec "$@"', 'sh', process.execPath, '-e', script];
  const { stdout } = spawnSync('/bin/sh', limited, { encoding: 'utf8' });
  assert.match(stdout, /^6 the old value cannot be kept in .*EFBIG/);
  const [name = ''] = readdirSync(dir);
  assert.deepEqual(
    readBackup(join(dir, name)).map(({ key }) => key),
    ['small'],
  );
});
