import assert from 'node:assert/strict';
import { Failure } from '../../src/base/errors.js';
import type { ConnectionOptions } from '../../src/connection/options.js';
import { Transport } from '../../src/connection/transport.js';
import { clientOver } from '../../src/etcd/client.js';
import type { Cleanup } from './etcd.js';

const key = Buffer.from('k');

/** A transport that is closed with the test. */
export function transport(owner: Cleanup, endpoints: string[], options: Partial<ConnectionOptions> = {}): Transport {
  const made = new Transport({ endpoints, commandTimeout: 10_000, ...options });
  owner.after(() => made.close());
  return made;
}

/** Why a put and a range fail; both must say the same. */
export async function refusal(client: Transport): Promise<Failure> {
  const reason = (method: 'put' | 'range') =>
    client.call('KV', method, { key }).then(
      () => assert.fail(`${method} should have failed`),
      (error) => error as Failure,
    );
  const error = await reason('put');
  assert.ok(error instanceof Failure, String((error as Error).stack));
  assert.equal((await reason('range')).message, error.message);
  return error;
}

/** Writes a value and reads it back. */
export async function putAndGet(client: Transport, value: string): Promise<void> {
  const { kv } = clientOver(client);
  await kv.put({ key, value: Buffer.from(value) });
  assert.equal((await kv.range({ key })).kvs[0]?.value.toString(), value);
}
