import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { abortAfter, after } from '../../src/base/timer.js';

const DAY = 24 * 3600 * 1000;

/** Time that the test moves: setTimeout's, and the clock that `after` reads. */
function fakeTime(t: TestContext): (ms: number) => void {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  return (ms) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
}

test('a timer of 75 days goes off after 75 days, once', (t) => {
  const pass = fakeTime(t);
  let calls = 0;
  after(75 * DAY, () => calls++);
  for (let day = 1; day < 75; day += 1) pass(DAY);
  assert.equal(calls, 0);
  pass(DAY);
  assert.equal(calls, 1);
  pass(100 * DAY);
  assert.equal(calls, 1);
});

test('a short one, one of no time, an infinite one, and one that is cancelled after it was set anew', (t) => {
  const pass = fakeTime(t);
  const calls: string[] = [];
  after(5, () => calls.push('short'));
  after(0, () => calls.push('at once'));
  after(Number.POSITIVE_INFINITY, () => calls.push('never'));
  const long = after(60 * DAY, () => calls.push('cancelled'));
  pass(5);
  assert.deepEqual(calls, ['at once', 'short']);
  pass(30 * DAY);
  long.cancel();
  pass(100 * DAY);
  assert.deepEqual(calls, ['at once', 'short']);
});

test('a signal that aborts after 30 days', (t) => {
  const pass = fakeTime(t);
  const signal = abortAfter(30 * DAY);
  pass(29 * DAY);
  assert.equal(signal.aborted, false);
  pass(DAY);
  assert.equal(signal.reason.name, 'TimeoutError');
});
