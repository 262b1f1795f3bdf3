import { EventEmitter } from 'node:events';
import type { ICallable } from 'etcd3/lib/rpc';
import type { Callable, CallOptions, Service } from '../rpc/callable.js';

type Connection = Parameters<Parameters<ICallable<string>['withConnection']>[1]>[0];

/** The streaming methods that etcd3's clients call on a gRPC client, and whether they send one request only. */
const STREAMS: Record<string, { service: Service; single: boolean }> = {
  watch: { service: 'Watch', single: false },
  leaseKeepAlive: { service: 'Lease', single: false },
  snapshot: { service: 'Maintenance', single: true },
};

/** What etcd3's WatchClient, LeaseClient and MaintenanceClient take for a gRPC client: their streams, over ours. */
export function clientOfStreams(callable: Callable, service: Service): Connection {
  const client: Record<string, unknown> = {};
  for (const [method, stream] of Object.entries(STREAMS)) {
    if (stream.service !== service) continue;
    // etcd3 gives (metadata, options), and for a snapshot a third argument in the wrong order.
    client[method] = (_metadata: unknown, options: CallOptions | undefined) =>
      new EventStream(callable, service, method, stream.single, options ?? {});
  }
  return { resource: callable.endpoints[0] ?? '', client, metadata: {} } as unknown as Connection;
}

/** A stream by events, as grpc-js has it: `data`, `end`, `error`; `write`, `end`, `cancel`. */
class EventStream extends EventEmitter {
  writable = true;
  private readonly stream: ReturnType<Callable['duplex']>;

  constructor(callable: Callable, service: Service, method: string, single: boolean, options: CallOptions) {
    super();
    this.stream = callable.duplex(service, method, options);
    if (single) {
      void this.stream.send({});
      this.stream.end();
    }
    void this.pump();
  }

  write(request: object): boolean {
    void this.stream.send(request);
    return true;
  }

  end(): void {
    this.writable = false;
    this.stream.end();
  }

  cancel(): void {
    this.stream.cancel();
  }

  private async pump(): Promise<void> {
    try {
      for await (const message of this.stream) this.emit('data', message);
      this.emit('end');
    } catch (error) {
      this.emit('error', error);
    }
    this.writable = false;
  }
}
