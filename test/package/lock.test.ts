import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repoRoot } from '../support/root.js';

interface Locked {
  integrity?: string;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(repoRoot(), 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

// `npm install` leaves out of the lock what the registry does not show for other platforms, and `npm ci` then refuses the lock.
test('the lock has the packages of every platform', () => {
  const optional = Object.values(packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  assert.deepEqual(
    optional.filter((name) => !(`node_modules/${name}` in packages)),
    [],
  );
});

test('the lock has a hash of every package', () => {
  const without = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
  assert.deepEqual(
    without.map(([path]) => path),
    [],
  );
});

test('users of the package install nothing else, and run nothing when they install it', () => {
  const { dependencies, scripts } = JSON.parse(readFileSync(join(repoRoot(), 'package.json'), 'utf8'));
  assert.equal(dependencies, undefined);
  assert.deepEqual(
    Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name)),
    [],
  );
});
