import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Mode } from '../../src/base/contract.js';
import { commands } from '../../src/cli/command-table.js';
import { findCommand, UnknownCommand } from '../../src/cli/find-command.js';
import { programOf } from '../../src/cli/program.js';
import { OWN } from './support.js';

const V34: Mode = { tool: 'etcdctl', version: '3.4' };
const V37: Mode = { tool: 'etcdctl', version: '3.7' };

function find(mode: Mode, ...words: string[]): [string | undefined, string[]] {
  const found = findCommand(programOf(mode), words);
  return [found.entry?.path, found.words];
}

test('the command is found among flags and their values', () => {
  const cases: [string[], string | undefined, string[]][] = [
    [[], undefined, []],
    [['get', 'foo'], 'get', ['foo']],
    [['--endpoints', 'get', 'put', 'k'], 'put', ['--endpoints', 'get', 'k']],
    [['--endpoints=x', '-w', 'json', 'get'], 'get', ['--endpoints=x', '-w', 'json']],
    [['--hex', 'get', 'k'], 'get', ['--hex', 'k']],
    [['member', '--hex', 'list'], 'member list', ['--hex']],
    [['endpoint', '--cluster', 'health'], 'endpoint health', ['--cluster']],
    [['get', 'get', 'get'], 'get', ['get', 'get']],
    [['--', 'get'], undefined, ['--', 'get']],
    [['', 'get', 'k'], 'get', ['', 'k']],
    [['member', '--', 'list'], 'member', ['--', 'list']],
  ];
  for (const [words, path, rest] of cases) assert.deepEqual(find(V37, ...words), [path, rest], words.join(' '));
});

test('a name may be cut short as long as it is unambiguous', () => {
  assert.equal(find(V34, 'g', 'foo')[0], 'get');
  assert.equal(find(V34, 'member', 'l')[0], 'member list');
  assert.equal(find(V34, 'mem', 'a')[0], 'member add');
  assert.throws(() => find(V34, 'm', 'list'), UnknownCommand);
  assert.throws(() => find(V34, 'de', 'foo'), UnknownCommand);
});

test("ketcdctl's own commands do not make etcdctl's abbreviations ambiguous", () => {
  for (const entry of commands.filter((each) => each.etcdctl?.endsWith('-') && !each.path.includes(' '))) {
    for (let length = 1; length <= entry.path.length; length++) {
      const short = entry.path.slice(0, length);
      let path: string | undefined;
      try {
        path = find(V37, short)[0];
      } catch {
        continue;
      }
      assert.equal(find(OWN, short)[0], path, short);
    }
  }
});

test('an unknown flag takes the next word with it', () => {
  assert.throws(() => find(V37, '--nosuch', 'get', 'foo'), { message: 'unknown command "foo" for "etcdctl"' });
  assert.equal(find(V37, '--nosuch=1', 'get', 'foo')[0], 'get');
});

test('3.7 knows --help before the command, older versions do not', () => {
  assert.equal(find(V37, '-h', 'get', 'foo')[0], 'get');
  assert.throws(() => find(V34, '-h', 'get', 'foo'), { message: 'unknown command "foo" for "etcdctl"' });
});

test('each version has its own commands', () => {
  assert.throws(() => find(V34, 'downgrade', 'cancel'), UnknownCommand);
  assert.equal(find(V37, 'downgrade', 'cancel')[0], 'downgrade cancel');
  assert.throws(() => find(V37, 'k8s'), UnknownCommand);
  assert.equal(find(V34, 'snapshot', 'status', 'f')[0], 'snapshot status');
  assert.deepEqual(find(V37, 'snapshot', 'status', 'f'), ['snapshot', ['status', 'f']]);
  assert.equal(find({ tool: 'etcdutl', version: '3.6' }, 'hashkv', 'f')[0], 'hashkv');
  assert.throws(() => find({ tool: 'etcdutl', version: '3.5' }, 'hashkv', 'f'), {
    message: 'unknown command "hashkv" for "etcdutl"',
  });
});

test('own mode says what may have been meant', () => {
  const hint = (...words: string[]) => {
    try {
      find(OWN, ...words);
    } catch (error) {
      return (error as UnknownCommand).hint;
    }
    return 'found';
  };
  assert.equal(hint('gett'), 'did you mean get?');
  assert.equal(hint('gte'), 'did you mean get?');
  assert.equal(hint('member', 'lst'), 'did you mean list?');
  assert.match(hint('cluster-health') ?? '', /ketcdctl v2 cluster-health/);
  assert.match(hint('qqqqqq') ?? '', /ketcdctl help lists/);
});

test('any words name a command, none, or an unknown one', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('get', 'member', 'list', '--', '-w', '--endpoints', '--hex', '-h'),
  );
  fc.assert(
    fc.property(fc.array(word), fc.constantFrom(OWN, V34, V37), (words, mode) => {
      try {
        find(mode, ...words);
      } catch (error) {
        assert.ok(error instanceof UnknownCommand, String(error));
      }
    }),
  );
});
