/** Logs whose checksums are right and whose records are not. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/base/errors.js';
import { bytesField, numberField } from '../../src/base/wire/fields.js';
import { RecordType, readWal, WalRecords, walFileName } from '../../src/storage/raft/wal.js';
import { minimalVersion } from '../../src/storage/raft/wal-version.js';
import { tempDir } from './support.js';

const NO_MESSAGE = Buffer.from([0x0f, 1, 2, 3]);

function logOf(dir: string, type: number, data: Buffer): void {
  const records = new WalRecords();
  records.add(RecordType.Crc);
  records.add(type, data);
  writeFileSync(join(dir, walFileName(0n, 0n)), records.bytes());
}

for (const [name, type] of [
  ['a state', RecordType.State],
  ['an entry', RecordType.Entry],
] as const) {
  test(`${name} that is no message is told with its place`, (t) => {
    const dir = tempDir(t);
    logOf(dir, type, NO_MESSAGE);
    assert.throws(
      () => readWal(dir, 0n),
      (error: Failure) =>
        error instanceof Failure && /\.wal: the record at byte 16: no such wire type/.test(error.message),
    );
  });
}

test('an entry whose request is no message is told', (t) => {
  const dir = tempDir(t);
  logOf(dir, RecordType.Entry, Buffer.concat([numberField(1, 0), numberField(3, 1), bytesField(4, NO_MESSAGE)]));
  assert.equal(readWal(dir, 0n).entries.length, 1);
  assert.throws(() => minimalVersion(dir, dir), { name: 'Failure', message: /an entry that is no request/ });
});
