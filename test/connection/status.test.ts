import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, codeName, codeOfHttpStatus, codeOfReset, percentDecode, statusOf } from '../../src/rpc/status.js';

test('the status of headers or trailers', () => {
  assert.deepEqual(statusOf({ 'grpc-status': '5', 'grpc-message': 'not%20here' }), {
    code: Code.NotFound,
    details: 'not here',
  });
  assert.deepEqual(statusOf({ 'grpc-status': '0' }), { code: Code.OK, details: '' });
  assert.deepEqual(statusOf({ 'grpc-status': 'x' }), { code: Code.Unknown, details: '' });
  assert.equal(statusOf({ ':status': '200' }), undefined);
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
