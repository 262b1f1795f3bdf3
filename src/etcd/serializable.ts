/** A view of a client whose reads ask one member alone, without consensus: they work without a quorum, and may be a little old. */
import type { Callable } from '../rpc/callable.js';
import { clientOver, type EtcdClient } from './client.js';

/** Every range is read with `serializable`, the member list without `linearizable`; all else is as it was. */
export function serializable(client: EtcdClient): EtcdClient {
  return clientOver(serializableCallable(client.callable));
}

function serializableCallable(inner: Callable): Callable {
  const view: Callable = Object.create(inner, {});
  const own: Partial<Callable> = {
    call: (service, method, request, options) =>
      inner.call(service, method, relaxed(service, method, request), options),
    callRaw: (service, method, request, options) =>
      inner.callRaw(service, method, relaxed(service, method, request), options),
    pieces: (service, method, request) => inner.pieces(service, method, relaxed(service, method, request)),
    serverStream: (service, method, request, options) =>
      inner.serverStream(service, method, relaxed(service, method, request), options),
    serverStreamRaw: (service, method, request, options) =>
      inner.serverStreamRaw(service, method, relaxed(service, method, request), options),
    // Past changes, which a watch is used for where history is shown, are told without a leader too.
    duplex: (service, method, options) => inner.duplex(service, method, { ...options, requireLeader: false }),
    resolveEndpoints: () => inner.resolveEndpoints(),
    at: (endpoint) => serializableCallable(inner.at(endpoint)),
    forgetTokens: () => inner.forgetTokens(),
    close: () => inner.close(),
  };
  for (const [name, value] of Object.entries(own)) Object.defineProperty(view, name, { value });
  Object.defineProperty(view, 'endpoints', { get: () => inner.endpoints });
  return view;
}

function relaxed(service: string, method: string, request: object): object {
  if (service === 'KV' && (method === 'range' || method === 'rangeStream')) return { ...request, serializable: true };
  if (service === 'Cluster' && method === 'memberList') return { ...request, linearizable: false };
  return request;
}
