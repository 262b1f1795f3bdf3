/** The shell's connections: one for all lines that ask the same cluster as the same user. */
import type { ConnectionOptions } from '../../connection/options.js';
import { Transport } from '../../connection/transport.js';
import { clientOver, type EtcdClient, openClient } from '../../etcd/client.js';

export class Connections {
  private readonly open = new Map<string, Transport>();
  private line = new AbortController();

  /** A client whose end leaves the connection open. */
  async client(options: ConnectionOptions): Promise<EtcdClient> {
    if (options.endpoints.some((endpoint) => endpoint.startsWith('file:'))) return openClient(options);
    // What a line may have of its own: its limits, and where it tells what it does.
    const { commandTimeout, trace, signal, maxRecvBytes, maxRequestBytes, ...shared } = options;
    const name = JSON.stringify(shared);
    let transport = this.open.get(name);
    if (!transport) {
      transport = new Transport(options);
      this.open.set(name, transport);
    }
    return clientOver(transport.withOptions({ ...options, signal: this.line.signal }));
  }

  /** Ends the calls that are going on. */
  cancel(): void {
    this.line.abort();
    this.line = new AbortController();
  }

  close(): void {
    for (const transport of this.open.values()) transport.close();
    this.open.clear();
  }
}
