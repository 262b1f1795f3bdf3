import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure, failureText } from '../../src/base/errors.js';
import { type FlagsOf, flagList, int, longName, string } from '../../src/base/flags/declare.js';
import { FlagTable, normalize, UsageFailure } from '../../src/base/flags/normalize.js';
import { parseWords } from '../../src/base/flags/parse.js';
import { FLAGS, parse } from './support.js';

const TABLE = new FlagTable(flagList(FLAGS));

const NORMAL: [string[], string[], string[]][] = [
  [['-w=json'], ['--write-out=json'], []],
  [['-wjson', 'k'], ['--write-out=json'], ['k']],
  [['-w', 'json', 'k'], ['--write-out=json'], ['k']],
  [['--write-out', 'json', 'k'], ['--write-out=json'], ['k']],
  [['-w='], ['--write-out=='], []],
  [['--write-out='], ['--write-out='], []],
  [['--write-out', '--prefix'], ['--write-out=--prefix'], []],
  [['--prefix', 'k', '--limit=3'], ['--prefix=true', '--limit=3'], ['k']],
  [['--prefix=false'], ['--prefix=false'], []],
  [['-lw', 'json'], ['--listen=true', '--write-out=json'], []],
  [['-l=false'], ['--listen=false'], []],
  [['-', '', 'k'], [], ['-', '', 'k']],
  [['k', '--', '--prefix', '-w'], [], ['k', '--prefix', '-w']],
  [['--', '--'], [], ['--']],
];

test('what pflag takes is brought into one form', () => {
  for (const [words, flags, args] of NORMAL) {
    const normal = normalize(words, TABLE);
    assert.equal(normal.error, undefined, words.join(' '));
    assert.deepEqual([normal.flags, normal.args], [flags, args], words.join(' '));
  }
});

test('the place of -- is kept', () => {
  assert.equal(normalize(['a', '--', 'b', 'c'], TABLE).dashAt, 1);
  assert.equal(normalize(['a', 'b'], TABLE).dashAt, undefined);
});

const REFUSED: [string[], string][] = [
  [['--nosuch'], 'unknown flag: --nosuch'],
  [['--nosuch=1'], 'unknown flag: --nosuch'],
  [['-x'], "unknown shorthand flag: 'x' in -x"],
  [['-lx'], "unknown shorthand flag: 'x' in -x"],
  [['put', 'k', '-1'], "unknown shorthand flag: '1' in -1"],
  [['-é'], "unknown shorthand flag: 'Ã' in -é"],
  [['--limit'], 'flag needs an argument: --limit'],
  [['-w'], "flag needs an argument: 'w' in -w"],
  [['-lw'], "flag needs an argument: 'w' in -w"],
  [['---x'], 'bad flag syntax: ---x'],
  [['--=x'], 'bad flag syntax: --=x'],
  [
    ['--prefix=maybe'],
    'invalid argument "maybe" for "--prefix" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [['-l=x'], 'invalid argument "x" for "-l, --listen" flag: strconv.ParseBool: parsing "x": invalid syntax'],
  [['--wait=5'], 'invalid argument "5" for "--wait" flag: time: missing unit in duration "5"'],
  // The first fault from the left counts, of whichever kind.
  [['--limit=x', '--nosuch'], 'invalid argument "x" for "--limit" flag: strconv.ParseInt: parsing "x": invalid syntax'],
  [['--nosuch', '--limit=x'], 'unknown flag: --nosuch'],
];

test("malformed command lines get pflag's texts and exit code 1", () => {
  for (const [words, message] of REFUSED) {
    assert.throws(
      () => parse(...words),
      (error: unknown) => error instanceof UsageFailure && failureText(error, true) === message && error.exitCode === 1,
      words.join(' '),
    );
  }
});

test('values: the last one counts, lists append, what is not given has its default', () => {
  const { flags } = parse('-w', 'json', '-w', 'fields', '--endpoints', 'a,b', '--endpoints=c', '--limit=0x10');
  assert.equal(flags.writeOut, 'fields');
  assert.deepEqual(flags.endpoints, ['a', 'b', 'c']);
  assert.equal(flags.limit, 16n);
  assert.equal(flags.size, 0n);
  assert.equal(flags.wait, 5000);
  assert.equal(flags.given('limit'), true);
  assert.equal(flags.given('wait'), false);
  assert.deepEqual(parse('k').flags.endpoints, ['127.0.0.1:2379']);
});

test('a flag that begins with no- is not the negation of another', () => {
  const { flags } = parse('--no-password', '--password=x');
  assert.equal(flags.noPassword, true);
  assert.equal(flags.password, 'x');
  assert.equal(parse('--no-password=false').flags.noPassword, false);
});

test('flags that another version has keep their default', () => {
  const declared = { consistency: string('', { default: 'l' }), minModRev: int('') };
  const { flags } = parseWords<FlagsOf<typeof declared>>([], new FlagTable([]).declare(flagList(declared)));
  assert.deepEqual([flags.values.consistency, flags.values.minModRev], ['l', 0n]);
  assert.equal(flags.values.given('consistency'), false);
  // @ts-expect-error a name that is not declared is an error of the compiler
  assert.equal(flags.values.stream, undefined);
});

test('any words give flags and arguments or a Failure', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--', '-', '-w', '-l', '--limit', '--endpoints', '--wait', '--no-password', '--prefix'),
    fc
      .tuple(fc.constantFrom(...Object.keys(FLAGS).map(longName)), fc.string())
      .map(([name, value]) => `--${name}=${value}`),
    fc.string({ unit: fc.constantFrom('-', '=', 'w', 'l', 'x', '"', ',') }),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      try {
        const { args } = parse(...words);
        for (const arg of args) assert.ok(words.includes(arg));
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('arguments after -- come through unchanged', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      assert.deepEqual(parse('--', ...words).args, words);
    }),
  );
});
