/** The EncryptionConfiguration in OpenShift's archive of static pods. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { configInArchive, isArchive } from '../../src/k8s-decode/encryption/static-pods.js';

/** An entry of a tar archive. */
function entry(name: string, content: string, { type = '0', before = '' } = {}): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124);
  header.write(type, 156);
  header.write('ustar', 257);
  header.write(before, 345);
  const bytes = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  bytes.write(content);
  return Buffer.concat([header, bytes]);
}

const CONFIG = 'secrets/encryption-config/encryption-config';

function archive(...entries: Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}

test('that of the newest revision is taken', () => {
  const bytes = archive(
    entry('static-pod-resources/', '', { type: '5' }),
    entry(`static-pod-resources/kube-apiserver-pod-9/${CONFIG}`, 'nine'),
    entry(`kube-apiserver-pod-12/${CONFIG}`, 'twelve', { before: 'static-pod-resources' }),
    entry('static-pod-resources/kube-apiserver-pod-13/kube-apiserver-pod.yaml', 'x'.repeat(3000)),
    entry(`static-pod-resources/kube-apiserver-pod-14/${CONFIG}`, 'a link', { type: '2' }),
    entry(`static-pod-resources/kube-apiserver-pod-10/${CONFIG}`, 'ten'),
  );
  assert.ok(isArchive(bytes) && !isArchive(Buffer.from('kind: EncryptionConfiguration')));
  assert.equal(configInArchive('a.tar.gz', bytes), 'twelve');
});

test('an archive without one, or that is cut off, is told', () => {
  assert.throws(
    () => configInArchive('a.tar.gz', archive(entry('x', 'y'))),
    /a\.tar\.gz holds no EncryptionConfiguration/,
  );
  const whole = archive(entry(`kube-apiserver-pod-1/${CONFIG}`, 'one'));
  assert.throws(() => configInArchive('a.tar.gz', whole.subarray(0, 40)), /cannot unpack a\.tar\.gz/);
  const bomb = gzipSync(Buffer.alloc(70 << 20));
  assert.throws(() => configInArchive('a.tar.gz', bomb), /cannot unpack a\.tar\.gz/);
});
