import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlagSpec, parseAnywhere, parseLeading } from '../../src/v2/flags.js';

const FLAGS: FlagSpec[] = [
  { names: ['sort'], type: 'bool', usage: '' },
  { names: ['recursive', 'r'], type: 'bool', usage: '' },
  { names: ['ttl'], type: 'int', usage: '', default: '0' },
  { names: ['output', 'o'], type: 'string', usage: '', default: 'simple' },
  { names: ['timeout'], type: 'duration', usage: '', default: '2s' },
  { names: ['roles'], type: 'strings', usage: '' },
];

test('one dash is as good as two, and a value follows = or is the next word', () => {
  for (const words of [['-o', 'json'], ['--o', 'json'], ['-output=json'], ['--output', 'json']]) {
    assert.equal(parseLeading(FLAGS, words).flags.string('output'), 'json', words.join(' '));
  }
  const { flags, rest } = parseLeading(FLAGS, ['-r', '--sort=false', '-timeout', '1m1.5s', 'ls', '-r']);
  assert.deepEqual([flags.bool('recursive'), flags.bool('sort'), flags.duration('timeout')], [true, false, 61_500]);
  assert.deepEqual(rest, ['ls', '-r']);
});

test('what is not given has its default', () => {
  const { flags } = parseLeading(FLAGS, []);
  assert.deepEqual(
    [flags.bool('sort'), flags.int('ttl'), flags.string('output'), flags.duration('timeout'), flags.strings('roles')],
    [false, 0n, 'simple', 2000, []],
  );
});

test('numbers are read as Go does with base 0', () => {
  for (const [text, value] of [
    ['0x10', 16n],
    ['010', 8n],
    ['0b11', 3n],
    ['1_000', 1000n],
    ['-5', -5n],
  ] as const) {
    assert.equal(parseLeading(FLAGS, ['--ttl', text]).flags.int('ttl'), value, text);
  }
});

test('a list may be repeated, and a comma is part of a value', () => {
  assert.deepEqual(parseLeading(FLAGS, ['--roles', 'a,b', '--roles=c']).flags.strings('roles'), ['a,b', 'c']);
});

test('a mistake is told in the words of Go', () => {
  const cases: [string[], string][] = [
    [['--nosuch'], 'flag provided but not defined: -nosuch'],
    [['-rs'], 'flag provided but not defined: -rs'],
    [['--output'], 'flag needs an argument: -output'],
    [['---r'], 'bad flag syntax: ---r'],
    [['-=r'], 'bad flag syntax: -=r'],
    [['--sort=maybe'], 'invalid boolean value "maybe" for -sort: parse error'],
    [['--ttl', 'abc'], 'invalid value "abc" for flag -ttl: parse error'],
    [['--ttl', '99999999999999999999'], 'invalid value "99999999999999999999" for flag -ttl: value out of range'],
    [['--timeout=5'], 'invalid value "5" for flag -timeout: parse error'],
    [['-o', 'a', '--output', 'b'], 'Cannot use two forms of the same flag: o output'],
  ];
  for (const [words, message] of cases) assert.throws(() => parseLeading(FLAGS, words), { message });
});

test('a command takes its flags anywhere before --', () => {
  const { flags, args, dashes } = parseAnywhere(FLAGS, ['/a', '--ttl', '5', 'v', '-r', '--', '--sort'], 3);
  assert.deepEqual([args, dashes, flags.int('ttl'), flags.bool('recursive')], [['/a', 'v', '--sort'], 2, 5n, true]);
  assert.equal(flags.bool('sort'), false);
});

test('an unknown flag is a value behind the first argument, unless it would be passed over', () => {
  assert.deepEqual(parseAnywhere(FLAGS, ['/k', '-5'], 2).args, ['/k', '-5']);
  assert.deepEqual(parseAnywhere(FLAGS, ['/k', '-'], 1).args, ['/k', '-']);
  assert.deepEqual(parseAnywhere(FLAGS, ['/k', 'v', 'more'], 2).args, ['/k', 'v', 'more']);
  assert.throws(() => parseAnywhere(FLAGS, ['-5', '/k'], 2), { message: 'flag provided but not defined: -5' });
  assert.throws(() => parseAnywhere(FLAGS, ['/k', 'v', '--tll', '5'], 2), {
    message: 'flag provided but not defined: -tll',
  });
});
