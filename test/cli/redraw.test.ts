import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveSample } from '../k8s/live-sample.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { onTerminal, skipWithoutTerminal } from '../support/terminal.js';

const SKIP = skipWithoutEtcd() || skipWithoutTerminal();

/** The lines of every drawing, without colours and what moves the cursor. */
function drawings(drawn: string): string[][] {
  return drawn.split(/\x1b\[\d+A/).map((each) =>
    each
      .replace(/\x1b\[[\d;]*[A-Za-z]/g, '')
      .split('\r\n')
      .slice(0, -1),
  );
}

for (const columns of [80, 200]) {
  test(`k8s top and endpoint health are redrawn in place on ${columns} columns`, { skip: SKIP }, async (t) => {
    const sample = await liveSample(t);
    const key = `/registry/configmaps/${'a-long-namespace-'.repeat(4)}/${'a-long-name-'.repeat(6)}`;
    const write = () => sample.client.kv.put({ key: Buffer.from(key), value: Buffer.from('v') });
    const top = onTerminal(t, ['--endpoints', sample.address, 'k8s', 'top', '--interval', '200ms'], columns);
    await top.until('Watching');
    const writing = setInterval(() => void write(), 20);
    try {
      await top.until('a-long-name-');
      await top.until('KEY');
    } finally {
      clearInterval(writing);
    }
    top.type('\x03');
    await top.ended;
    const looks = drawings(top.drawn).filter((lines) => lines.some((line) => line.includes('a-long-name-')));
    assert.ok(looks.length > 0);
    for (const line of looks.flat()) assert.ok(line.length <= columns, `${line.length}: ${line}`);
    const row = looks[0]!.find((line) => line.includes('a-long-name-'))!;
    assert.match(row, /\d+\.\d +[\d.]+ k?B\/s +\d+ +[\d.]+ k?B/, 'the numbers are not pushed out by the name');

    const health = onTerminal(t, ['--endpoints', sample.address, 'endpoint', 'health', '--watch=200ms'], columns);
    await health.until('healthy');
    await health.until('healthy');
    health.type('\x03');
    await health.ended;
    assert.match(health.drawn, /\x1b\[2A/, 'the head and the member are drawn over');
    for (const line of drawings(health.drawn).flat()) assert.ok(line.length <= columns, line);
  });
}
