import { join } from 'node:path';
import { clientOver } from '../../src/etcd/client.js';
import { Cluster } from '../../src/k8s/cluster.js';
import type { ApiRequest } from '../../src/kube-api/request.js';
import { answerRequest } from '../../src/kube-api/routes.js';
import { StatusError, statusOf } from '../../src/kube-api/status.js';
import { View, type ViewOptions } from '../../src/kube-api/view.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { testData } from '../support/root.js';

/** Recordings of a real API server (Kubernetes 1.37), and the snapshot of its etcd. */
export const DATA = testData('kube-api');

/** The cluster of the recordings. */
export async function openView(options: ViewOptions = {}): Promise<View> {
  const client = clientOver(await SnapshotEndpoint.open(join(DATA, 'cluster-1.37.db.gz')));
  return View.open(await Cluster.open(client, { revision: options.revision }), options);
}

export interface Asked {
  status: number;
  contentType: string;
  body: Buffer;
  warnings: readonly string[];
}

/** Asks without HTTP. */
export async function ask(view: View, url: string, more: Partial<ApiRequest> = {}): Promise<Asked> {
  const [path = '', query = ''] = url.split('?');
  const request: ApiRequest = {
    method: 'GET',
    path: decodeURIComponent(path),
    query: new URLSearchParams(query),
    accept: 'application/json',
    contentType: undefined,
    pretty: false,
    body: Buffer.alloc(0),
    host: 'localhost',
    view,
    signal: new AbortController().signal,
    ...more,
  };
  try {
    const { status, contentType, body, warnings = [] } = await answerRequest(request);
    return { status, contentType, body: await whole(body), warnings };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { object, code } = statusOf(error);
    const { toJson } = await import('../../src/k8s-decode/json/write.js');
    return { status: code, contentType: 'application/json', body: Buffer.from(toJson(object)), warnings: [] };
  }
}

async function whole(body: AsyncIterable<string | Buffer> | string | Buffer): Promise<Buffer> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return Buffer.from(body);
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The JSON of an answer. */
export async function askJson(
  view: View,
  url: string,
  more: Partial<ApiRequest> = {},
): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(view, url, more)).body.toString());
}
