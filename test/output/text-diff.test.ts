import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { unifiedDiff } from '../../src/output/text-diff.js';

/** Of most systems. */
const PATCH = 'patch';

const same = (text: string) => text;
const PLAIN = { added: same, removed: same, same, hunk: same, head: same };
const diff = (before: string, after: string) => unifiedDiff(before, after, PLAIN);

test('where in the YAML a change is', async () => {
  const before = 'kind: Pod\nspec:\n  containers:\n  - env:\n    - name: A\n      value: a\n    name: web\n';
  assert.equal(
    await diff(before, before.replace('value: a', 'value: b')),
    '@@ -3,5 +3,5 @@ spec.containers.env\n   containers:\n   - env:\n     - name: A\n-      value: a\n+      value: b\n     name: web\n',
  );
  assert.equal(await diff(before, before), '');
  assert.equal(await diff('', 'a\n'), '@@ -1,0 +1,1 @@\n+a\n');
  assert.equal(await diff('a\n', ''), '@@ -1,1 +1,0 @@\n-a\n');
});

/** Texts whose lines come from a few, and some of which differ altogether. */
function texts(seed: number): [string, string] {
  let state = seed + 1;
  const random = (below: number) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
  const text = () => Array.from({ length: random(12) }, () => `${'abc'[random(3)]}\n`).join('');
  const long = (word: string) => Array.from({ length: 1500 }, (_, line) => `${word}${line}\n`).join('');
  return seed % 10 === 0 ? [`a\nb\nc\nd\n${long('x')}z\n`, `a\nb\nc\nd\n${long('y')}z\n`] : [text(), text()];
}

test('patch(1) makes the one text of the other', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-diff-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  try {
    execFileSync(PATCH, ['--version'], { stdio: 'ignore' });
  } catch {
    return t.skip('no patch program');
  }
  return (async () => {
    for (let seed = 0; seed < 40; seed++) {
      const [before, after] = texts(seed);
      const hunks = await diff(before, after);
      assert.equal(hunks === '', before === after);
      if (before === after || before === '' || after === '') continue;
      const path = join(dir, 'text');
      writeFileSync(path, before);
      execFileSync(PATCH, ['-s', path], { input: `--- text\n+++ text\n${hunks}` });
      assert.equal(readFileSync(path, 'utf8'), after);
    }
  })();
});
