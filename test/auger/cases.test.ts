/** The recorded cases of auger and augerctl (README there), replayed. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { httpCall, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { corpus, NO_CORPUS } from '../support/root.js';
import { runAs } from './support.js';

interface Case {
  name: string;
  tool: 'auger' | 'augerctl';
  argv: string[];
  env?: Record<string, string>;
  stdin_file?: string;
  stdin_base64?: string;
  exit: number | string;
  stdout?: string;
  stdout_base64?: string;
  compare?: 'exact' | 'sorted' | 'none';
  fault?: string;
}

/**
 * Cases that record a fault of auger without saying so: what its README lists as such is mended here. The list is exact: a case that
 * does pass fails the test.
 */
const MENDED: Record<string, string> = {
  'extract-fields-version-count': 'a deleted key is listed',
  'extract-template-literal': 'a deleted key is listed',
  'extract-template-missing': 'a deleted key is listed',
  'extract-template-range': 'a deleted key is listed, CBOR and a current kind are not decoded',
  'extract-template-timestamp': 'a deleted key is listed, CBOR and a current kind are not decoded',
  'extract-key-deviceclasses-gpu-example-com-json': 'a current kind is not decoded',
  'extract-key-deviceclasses-gpu-example-com-yaml': 'a current kind is not decoded',
  'extract-leaf-json-value': 'a value that ends with a newline cuts the item',
};

const folder = corpus('auger') ?? '';

function casesOf(tool: Case['tool']): Case[] {
  const files = readdirSync(join(folder, 'cases'));
  const all = files.map((file) => JSON.parse(readFileSync(join(folder, 'cases', file), 'utf8')) as Case);
  return all.filter((each) => each.tool === tool && each.fault === undefined);
}

/** Goes to a working directory with the inputs. */
function enterInputs(t: TestContext): void {
  const before = process.cwd();
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-auger-'));
  cpSync(join(folder, 'inputs'), dir, { recursive: true });
  for (const name of readdirSync(dir).filter((file) => file.endsWith('.gz'))) {
    writeFileSync(join(dir, name.slice(0, -3)), gunzipSync(readFileSync(join(dir, name))));
  }
  process.chdir(dir);
  t.after(() => {
    process.chdir(before);
    rmSync(dir, { recursive: true, force: true });
  });
}

/** What differs from the record; undefined where nothing does. Of failures only the exit code is compared, and only as such. */
async function difference(each: Case, replace: (text: string) => string): Promise<string | undefined> {
  const input = each.stdin_file ? readFileSync(each.stdin_file) : Buffer.from(each.stdin_base64 ?? '', 'base64');
  const env = Object.fromEntries(Object.entries(each.env ?? {}).map(([name, value]) => [name, replace(value)]));
  const { exit, stdout } = await runAs(each.tool, each.argv.map(replace), input, env);
  if ((exit === 0) !== (each.exit === 0)) return `exit ${exit}, expected ${each.exit}`;
  if (each.exit !== 0 || each.compare === 'none') return undefined;
  const expected = each.stdout_base64 ? Buffer.from(each.stdout_base64, 'base64') : Buffer.from(each.stdout ?? '');
  const sorted = (bytes: Buffer) => bytes.toString().split('\n').sort().join('\n');
  const isSame = each.compare === 'sorted' ? sorted(stdout) === sorted(expected) : stdout.equals(expected);
  return isSame ? undefined : `stdout: ${stdout.toString().slice(0, 200)}`;
}

async function differing(cases: Case[], replace = (text: string) => text): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const each of cases) {
    const text = await difference(each, replace);
    if (text !== undefined) found[each.name] = text;
  }
  return found;
}

test('auger: every recorded case that is no fault', async (t) => {
  if (folder === '') return t.skip(NO_CORPUS);
  enterInputs(t);
  const cases = casesOf('auger');
  assert.ok(cases.length > 500, `only ${cases.length} cases`);
  const found = await differing(cases);
  assert.deepEqual(Object.keys(found).sort(), Object.keys(MENDED).sort(), JSON.stringify(found, null, 1));
});

test('augerctl: every recorded case that is no fault', async (t) => {
  if (folder === '') return t.skip(NO_CORPUS);
  const skip = skipWithoutEtcd();
  if (skip) return t.skip(skip);
  enterInputs(t);
  const server = await startEtcd(t);
  const data = JSON.parse(readFileSync('augerctl-data.json', 'utf8')) as { key: string; value_base64: string }[];
  for (const { key, value_base64: value } of data) {
    await httpCall(server, 'POST', '/v3/kv/put', { key: Buffer.from(key).toString('base64'), value });
  }
  const found = await differing(casesOf('augerctl'), (text) => text.replaceAll('<ENDPOINT>', server.address));
  assert.deepEqual(found, {});
});
