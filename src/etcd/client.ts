/** etcd3's typed clients over one Transport, or over a file that answers as a server. */
import type { AuthClient, ClusterClient, KVClient, LeaseClient, MaintenanceClient } from 'etcd3/lib/rpc';
import * as rpc from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import type { ConnectionOptions } from '../connection/options.js';
import type { Callable } from '../rpc/callable.js';

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
  return {
    callable,
    kv: new rpc.KVClient(callable),
    lease: new rpc.LeaseClient(callable),
    cluster: new rpc.ClusterClient(callable),
    maintenance: new rpc.MaintenanceClient(callable),
    auth: new rpc.AuthClient(callable),
    at: (endpoint) => clientOver(callable.at(endpoint)),
    close: () => callable.close(),
  };
}
