import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryLine } from '../../src/cli/client-log.js';
import { noConnection } from '../../src/rpc/error.js';

test('a refused connection is logged as by the client library of each release, in drop-in mode alone', () => {
  const error = noConnection([{ endpoint: 'http://127.0.0.1:1', problem: 'connection refused' }], 1, 5000);
  const now = new Date('2026-11-27T02:56:29.384Z');
  const line = retryLine({ tool: 'etcdctl', version: '3.6' }, error, now);
  const fields = JSON.parse(line!);
  assert.equal(fields.msg, 'retrying of unary invoker failed');
  assert.equal(
    fields.error,
    'rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"',
  );
  assert.match(retryLine({ tool: 'etcdctl', version: '3.4' }, error, now)!, /all SubConns are in TransientFailure/);
  assert.equal(retryLine({ tool: 'ketcdctl' }, error, now), undefined);
  assert.equal(retryLine({ tool: 'etcdctl', version: '3.6' }, new Error('other'), now), undefined);
});
