/** etcd3's typed clients over one Transport, or over a file that answers as a server. */
import type { AuthClient, ClusterClient, ICallable, KVClient, LeaseClient, MaintenanceClient } from 'etcd3/lib/rpc';
import * as rpc from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import type { ConnectionOptions } from '../connection/options.js';
import type { Callable, CallOptions } from '../rpc/callable.js';

/** All that a command talks to etcd with. */
export interface EtcdClient {
  /** For streams, raw answers and single members. */
  readonly callable: Callable;
  readonly kv: KVClient;
  readonly lease: LeaseClient;
  readonly cluster: ClusterClient;
  readonly maintenance: MaintenanceClient;
  readonly auth: AuthClient;
  /** The same for one member alone, whether it is one of the endpoints or not. */
  at(endpoint: string): EtcdClient;
  close(): void;
}

/**
 * A client for some endpoints. Nothing is connected before the first call.
 * @throws Failure when the options contradict each other.
 */
export async function openClient(options: ConnectionOptions): Promise<EtcdClient> {
  const files = options.endpoints.filter((endpoint) => endpoint.startsWith('file:'));
  if (files.length === 0) {
    const { Transport } = await import('../connection/transport.js');
    return clientOver(new Transport(options));
  }
  if (files.length > 1 || options.endpoints.length > 1) {
    throw new Failure('a snapshot file must be the only endpoint', { exitCode: 128 });
  }
  const { SnapshotEndpoint } = await import('../storage/server/endpoint.js');
  return clientOver(await SnapshotEndpoint.open(files[0]!.slice('file:'.length)));
}

/** The typed clients over anything that carries calls. */
export function clientOver(callable: Callable): EtcdClient {
  // Of etcd3's interface the clients use this alone for calls of one answer; streams are opened by `callable` itself.
  const unary: Pick<ICallable<string>, 'exec'> = {
    exec: (service, method, request, options) =>
      callable.call(service, method, request as object, options as CallOptions | undefined),
  };
  const carrier = unary as ICallable<string>;
  return {
    callable,
    kv: new rpc.KVClient(carrier),
    lease: new rpc.LeaseClient(carrier),
    cluster: new rpc.ClusterClient(carrier),
    maintenance: new rpc.MaintenanceClient(carrier),
    auth: new rpc.AuthClient(carrier),
    at: (endpoint) => clientOver(callable.at(endpoint)),
    close: () => callable.close(),
  };
}
