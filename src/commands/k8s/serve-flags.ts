/** The flags of `k8s serve` and `k8s shell`. */
import { bool, type FlagsOf, int, string, strings } from '../../base/flags/declare.js';
import type { K8S_FLAGS } from './group-flags.js';

export const SERVE_FLAGS = {
  listen: string('where to listen; port 0 is any that is free, and another address than loopback wants --tls-cert', {
    default: '127.0.0.1:0',
    value: 'ADDRESS',
  }),
  rev: int('the revision to show (0: the newest, and what changes)', { default: '0' }),
  at: string('show the newest revision in which nothing is later: 2026-11-26T10:00:00Z, or 2h for two hours ago', {
    value: 'TIME',
  }),
  source: strings(
    'a context of the kubeconfig for each: yesterday=file:backup.db, before=@4711 (of --endpoints), now=',
    {
      value: 'NAME=ENDPOINT[@REV]',
    },
  ),
  kubernetes: string('serve the APIs of this release: 1.30 (default: the newest that the stored objects allow)', {
    value: 'VERSION',
  }),
  maskSecrets: bool('show names and sizes in place of the data of Secrets'),
  tlsCert: string("the server's certificate (PEM)", { value: 'FILE', complete: 'file' }),
  tlsKey: string('the key of --tls-cert (PEM)', { value: 'FILE', complete: 'file' }),
};

/** What `k8s serve` and `k8s shell` are given. */
export type ServeFlags = FlagsOf<typeof SERVE_FLAGS & typeof K8S_FLAGS>;
