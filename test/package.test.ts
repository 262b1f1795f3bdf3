import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repoRoot } from './support/root.js';

interface Locked {
  optionalDependencies?: Record<string, string>;
}

// `npm install` leaves out of the lock what the registry does not show for other platforms, and `npm ci` then refuses the lock.
test('the lock has the packages of every platform', () => {
  const { packages } = JSON.parse(readFileSync(join(repoRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const optional = Object.values(packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  assert.deepEqual(
    optional.filter((name) => !(`node_modules/${name}` in packages)),
    [],
  );
});
