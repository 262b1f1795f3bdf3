import type { EtcdClient } from '../../src/etcd/client.js';
import { RpcError } from '../../src/rpc/error.js';

/** Writers that go on until they are stopped, and remember what was confirmed. */
export class WriteLoad {
  confirmed = 0;
  refused = 0;
  /** By key: the last value that a member confirmed, and one that was sent after it and may have been written. */
  private readonly last = new Map<string, { confirmed: number; sent: number }>();
  private stopped = false;
  private readonly writers: Promise<void>[];

  constructor(
    private readonly client: EtcdClient,
    private readonly bytes = 2000,
    writers = 4,
  ) {
    this.writers = Array.from({ length: writers }, (_, id) => this.write(id));
  }

  private async write(id: number): Promise<void> {
    for (let count = 1; !this.stopped; count++) {
      const key = `/load/${id}/${count % 20}`;
      const entry = this.last.get(key) ?? { confirmed: 0, sent: 0 };
      this.last.set(key, entry);
      entry.sent = count;
      try {
        await this.client.kv.put({ key: Buffer.from(key), value: Buffer.alloc(this.bytes, `${count} `) });
        entry.confirmed = count;
        this.confirmed++;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        this.refused++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.writers);
  }

  /** The keys whose stored value is older than the last that was confirmed. */
  async lost(client: EtcdClient): Promise<string[]> {
    const lost: string[] = [];
    for (const [key, { confirmed, sent }] of this.last) {
      if (confirmed === 0) continue;
      const { kvs } = await client.kv.range({ key: Buffer.from(key) });
      const stored = Number.parseInt(kvs[0]?.value.toString() ?? '0', 10);
      if (stored < confirmed || stored > sent) lost.push(`${key}: ${stored}, confirmed ${confirmed}, sent ${sent}`);
    }
    return lost;
  }
}
