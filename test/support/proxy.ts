import { connect, createServer, type Socket } from 'node:net';
import type { Cleanup } from './etcd.js';

/** A TCP proxy in front of a server, for faults of the network. */
export interface Proxy {
  /** `127.0.0.1:PORT`. */
  address: string;
  /** Connections that were made so far. */
  connections: number;
  /** From now on nothing passes in this direction; connections stay open. */
  swallow(direction: 'answers' | 'both'): void;
  /** Swallows answers from the moment on when a client sends this text (latin1). */
  swallowAnswersTo(text: string): void;
  /** Swallows answers when so many bytes of them have passed, from now on. */
  swallowAnswersAfter(bytes: number): void;
  /** Lets everything pass again, for connections made after this. */
  heal(): void;
  /** Breaks all connections (RST) and keeps accepting new ones. */
  cut(): void;
  /** Bytes that came from the clients so far, of all connections, as one text (latin1): to count what was sent. */
  received(): string;
}

export async function startProxy(owner: Cleanup, target: { port: number }): Promise<Proxy> {
  const open = new Set<Socket>();
  let swallowed: 'answers' | 'both' | undefined;
  let seen = '';
  let trigger: string | undefined;
  let passing = Number.POSITIVE_INFINITY;
  const proxy: Proxy = {
    address: '',
    connections: 0,
    swallow: (direction) => {
      swallowed = direction;
    },
    swallowAnswersTo: (text) => {
      trigger = text;
    },
    swallowAnswersAfter: (bytes) => {
      passing = bytes;
    },
    heal: () => {
      swallowed = undefined;
      trigger = undefined;
      passing = Number.POSITIVE_INFINITY;
    },
    cut: () => {
      for (const socket of open) socket.resetAndDestroy();
      open.clear();
    },
    received: () => seen,
  };
  const server = createServer((client) => {
    proxy.connections += 1;
    const upstream = connect(target.port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    client.on('data', (data) => {
      seen += data.toString('latin1');
      if (trigger !== undefined && seen.includes(trigger)) swallowed = 'answers';
      if (swallowed !== 'both') upstream.write(data);
    });
    upstream.on('data', (data) => {
      passing -= data.length;
      if (!swallowed && passing > 0) client.write(data);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (!swallowed) client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.address = `127.0.0.1:${(server.address() as { port: number }).port}`;
  owner.after(() => {
    proxy.cut();
    server.close();
  });
  return proxy;
}
