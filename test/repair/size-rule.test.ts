import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/base/errors.js';
import { parseSizeRule } from '../../src/repair/size-rule.js';

const MIB = 1024 ** 2;
const SIZES = { dbSize: 1600 * MIB, dbSizeInUse: 400 * MIB, dbQuota: 2048 * MIB };

test('rules as etcd-defrag has them', () => {
  for (const [rule, holds] of [
    ['dbSize > dbQuota*80/100 || dbSize - dbSizeInUse > 200*1024*1024', true],
    ['dbSize > dbQuota*80/100 && dbSize - dbSizeInUse > 200*1024*1024', false],
    ['dbQuotaUsage > 0.78 && dbQuotaUsage < .79', true],
    ['dbSizeFree == dbSize - dbSizeInUse', true],
    ['!(dbSizeFree > 1.3e9) && -1 < 0', true],
    ['dbSize % 1000 != 0', true],
    ['10 - 4 - 3 == 3 && 2 + 3 * 4 == 14 && 100 / 10 / 2 == 5', true],
    ['false || true && false', false],
    ['(dbSize >= dbQuota) == false', true],
  ] as const) {
    assert.equal(parseSizeRule(rule)(SIZES), holds, rule);
  }
});

test('what is no rule is said, with its place', () => {
  for (const [rule, problem] of [
    ['', /ends too early/],
    ['dbSize', /a condition is expected/],
    ['dbSize >', /ends too early/],
    ['dbSise > 1', /at character 1: there is no variable dbSise/],
    ['constructor > 1', /no variable constructor/],
    ['dbSize > 1 2', /at character 12: 2 is not expected/],
    ['dbSize > 1; true', /at character 11: ";" is no operator/],
    ['(dbSize > 1', /parenthesis is not closed/],
    ['dbSize && true', /a condition is expected/],
    ['true > false', /compares numbers only/],
    ['true == 1', /a number with a condition/],
    ['1 < dbSize < 3', /is not expected/],
    ['dbSize > -true', /a number is expected/],
    [`${'('.repeat(100_000)}true`, /nested too deep/],
    [`${'!'.repeat(100_000)}true`, /nested too deep/],
  ] as const) {
    assert.throws(() => parseSizeRule(rule), { message: problem, exitCode: 128 }, rule.slice(0, 20));
  }
});

test('any arithmetic has the value that JavaScript gives it, and any text is a rule or a Failure', () => {
  const number = fc.integer({ min: 0, max: 1000 }).map(String);
  const { sum } = fc.letrec<{ sum: string }>((tie) => ({
    sum: fc.oneof(
      { depthSize: 'small' },
      number,
      fc
        .tuple(tie('sum'), fc.constantFrom('+', '-', '*', '/', '%'), tie('sum'), fc.boolean())
        .map(([a, operator, b, parens]) => (parens ? `(${a} ${operator} ${b})` : `${a} ${operator} ${b}`)),
    ),
  }));
  fc.assert(
    fc.property(sum, sum, (a, b) => {
      assert.equal(parseSizeRule(`${a} < ${b}`)(SIZES), new Function(`return ${a} < ${b}`)());
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        assert.equal(typeof parseSizeRule(text)(SIZES), 'boolean');
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
      }
    }),
  );
});
