/** Leases that are kept alive, and sessions: a lease of our own that ends with us. */
import { randomBytes } from 'node:crypto';
import type { ILeaseKeepAliveResponse } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import { after } from '../base/timer.js';
import type { Callable, Duplex } from '../rpc/callable.js';
import type { EtcdClient } from './client.js';
import { nextEndpoint, pause } from './next-endpoint.js';
import { sendUntilDone } from './retry-same.js';

export interface KeepAliveOptions {
  signal?: AbortSignal;
  /** Seconds that the lease has been granted just now; where it is not given, the first renewal has to tell. */
  ttl?: string;
  /** Told of each renewal. */
  renewed?: (answer: ILeaseKeepAliveResponse) => void;
  /** Told that a renewal failed and why; it is tried again as long as the lease may be alive. */
  trouble?: (text: string) => void;
}

/** The pause after a failed renewal. */
const RETRY_MS = 200;
/** How long an endpoint may take to answer: at most this, and a sixth of the lease's life. */
const PATIENCE_MS = 2000;

/**
 * Renews a lease at a third of its life until it is gone (the server says so, or its time has passed without an answer) or until
 * `signal`. An endpoint that does not answer is left for the next one.
 * @throws RpcError when the very first renewal fails and the lease's life is not known; Failure for unusable options.
 */
export async function keepAlive(callable: Callable, ID: string, options: KeepAliveOptions): Promise<void> {
  const { signal, trouble } = options;
  const life = new Life();
  if (options.ttl !== undefined) life.renewed(options.ttl);
  let failed: string | undefined;
  while (!signal?.aborted) {
    const where = nextEndpoint(callable, failed);
    const stream = where.duplex<object, ILeaseKeepAliveResponse>('Lease', 'leaseKeepAlive', signal ? { signal } : {});
    try {
      if ((await renew(stream, ID, life, options)) === 'gone') return;
      trouble?.(`${stream.endpoint ?? where.endpoints[0]}: no answer`);
    } catch (error) {
      if (signal?.aborted) return;
      if (!life.known) throw error;
      trouble?.((error as Error).message);
    } finally {
      stream.cancel();
    }
    if (life.over) return;
    failed = stream.endpoint ?? where.endpoints[0];
    await pause(RETRY_MS, signal);
  }
}

/** What is known of how long the lease lives. */
class Life {
  private ttlMs = 0;
  private end = Number.POSITIVE_INFINITY;

  get known(): boolean {
    return this.ttlMs > 0;
  }
  get over(): boolean {
    return Date.now() > this.end;
  }
  /** When to renew, in milliseconds from the last renewal. */
  get third(): number {
    return this.ttlMs / 3;
  }
  /** How long to wait for an answer. */
  get patience(): number {
    return this.known ? Math.max(200, Math.min(PATIENCE_MS, this.ttlMs / 6)) : Number.POSITIVE_INFINITY;
  }
  renewed(seconds: string): void {
    this.ttlMs = Number(seconds) * 1000;
    this.end = Date.now() + this.ttlMs;
  }
}

type KeepAliveStream = Duplex<object, ILeaseKeepAliveResponse>;

/** Renews over one stream: until the lease is gone, or the stream is. */
async function renew(stream: KeepAliveStream, ID: string, life: Life, options: KeepAliveOptions) {
  const answers = stream[Symbol.asyncIterator]();
  while (!options.signal?.aborted) {
    void stream.send({ ID });
    const timer = after(life.patience, () => stream.cancel());
    const { done, value } = await answers.next().finally(() => timer.cancel());
    if (done) return 'broken';
    if (Number(value.TTL) <= 0) return 'gone';
    life.renewed(value.TTL);
    options.renewed?.(value);
    await pause(life.third, options.signal);
  }
  return 'gone';
}

/** Renews a lease once. @throws RpcError; Failure when there is no such lease. */
export async function keepAliveOnce(callable: Callable, ID: string): Promise<ILeaseKeepAliveResponse> {
  const stream = callable.duplex<object, ILeaseKeepAliveResponse>('Lease', 'leaseKeepAlive');
  void stream.send({ ID });
  for await (const answer of stream) {
    if (Number(answer.TTL) <= 0) break;
    return answer;
  }
  throw new Failure('etcdserver: requested lease not found');
}

export interface SessionOptions {
  signal: AbortSignal;
  /** As for {@link keepAlive}. */
  trouble?: ((text: string) => void) | undefined;
}

/** A lease of our own, renewed until it is closed. */
export class Session {
  private readonly stop = new AbortController();
  private readonly gone = new AbortController();

  private constructor(
    private readonly client: EtcdClient,
    /** The lease, in decimal. */
    readonly lease: string,
    ttl: string,
    trouble: ((text: string) => void) | undefined,
  ) {
    const { signal } = this.stop;
    keepAlive(client.callable, lease, { signal, ttl, ...(trouble && { trouble }) })
      .catch((error) => trouble?.((error as Error).message))
      .finally(() => this.gone.abort());
  }

  /**
   * Grants a lease and begins to renew it. Its ID is chosen here, so that it can be revoked even if the answer does not come;
   * it has 16 hex digits like those that a server chooses.
   * @param ttl seconds.
   * @throws RpcError, also when `signal` says so.
   */
  static async open(client: EtcdClient, ttl: number, { signal, trouble }: SessionOptions): Promise<Session> {
    const ID = String((randomBytes(8).readBigUInt64BE() & 0x3fffffffffffffffn) | 0x1000000000000000n);
    try {
      const request = { ID, TTL: ttl };
      const { TTL } = await client.callable.call<{ TTL: string }>('Lease', 'leaseGrant', request, { signal });
      return new Session(client, ID, TTL, trouble);
    } catch (error) {
      if ((error as { outcomeUnknown?: boolean }).outcomeUnknown) await revoke(client, ID);
      throw error;
    }
  }

  /** Aborted when the lease is gone, by whatever cause. */
  get lost(): AbortSignal {
    return this.gone.signal;
  }

  /** Revokes the lease, and with it deletes the keys under it. Never fails: what cannot be revoked expires. */
  async close(): Promise<void> {
    this.stop.abort();
    await revoke(this.client, this.lease);
  }
}

const REVOKE_MS = 3000;

/** Revoking twice does no harm: the second finds no lease. */
async function revoke(client: EtcdClient, ID: string): Promise<void> {
  const deadline = Date.now() + REVOKE_MS;
  const send = () => client.callable.call('Lease', 'leaseRevoke', { ID }, { deadline });
  await sendUntilDone(send, REVOKE_MS).catch(() => {});
}
