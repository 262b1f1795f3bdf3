import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOfReset } from '../../src/connection/call.js';
import { Code, codeName, codeOfHttpStatus, percentDecode, statusOf } from '../../src/rpc/status.js';

const headers = (fields: Record<string, string>) => new Map(Object.entries(fields));

test('the status of headers or trailers', () => {
  assert.deepEqual(statusOf(headers({ 'grpc-status': '5', 'grpc-message': 'not%20here' })), {
    code: Code.NotFound,
    details: 'not here',
  });
  assert.deepEqual(statusOf(headers({ 'grpc-status': '0' })), { code: Code.OK, details: '' });
  assert.deepEqual(statusOf(headers({ 'grpc-status': 'x' })), { code: Code.Unknown, details: '' });
  assert.equal(statusOf(headers({ ':status': '200' })), undefined);
});

test('percent decoding leaves alone what is no escape', () => {
  assert.equal(percentDecode('sch%C3%bCssel 100%'), 'schüssel 100%');
  assert.equal(percentDecode('%zz%4'), '%zz%4');
});

test('codes have the names of Go', () => {
  assert.equal(codeName(8), 'ResourceExhausted');
  assert.equal(codeName(99), 'Code(99)');
  assert.equal(codeOfHttpStatus(404), Code.Unimplemented);
  assert.equal(codeOfHttpStatus(503), Code.Unavailable);
  assert.equal(codeOfReset(7), Code.Unavailable);
  assert.equal(codeOfReset(2), Code.Internal);
});
