/** What is told on a terminal when `get` finds nothing: what is near the key that was asked for. */
import { nearest } from '../../base/flags/near.js';
import type { EtcdClient } from '../../etcd/client.js';
import { folderOf, listFolder } from '../../etcd/folder.js';
import { prefixRange } from '../../rpc/keys.js';

/** Children of a folder that are looked at for a near name. */
const MOST_CHILDREN = 1000;

/** A line about the keys that are near; undefined where nothing is. @throws RpcError */
export async function nearKeys(client: EtcdClient, key: Buffer, prefix: boolean): Promise<string | undefined> {
  const text = key.toString();
  const word = /^[a-z]+$/.exec(text)?.[0];
  if (word !== undefined) {
    const folder = `/registry/${word}/`;
    if (await hasKeys(client, folder)) return `keys below ${folder}: get --prefix ${folder}, or k8s get ${word}`;
  }
  if (!prefix && (await hasKeys(client, text))) return `there are keys that begin with it: get --prefix ${text}`;
  return nearNames(client, text);
}

async function hasKeys(client: EtcdClient, prefix: string): Promise<boolean> {
  const { kvs } = await client.kv.range({ ...prefixRange(Buffer.from(prefix)), keys_only: true, limit: '1' });
  return kvs.length > 0;
}

/** Names like the last one, in the folder that it would be in; or the folder above that is there. */
async function nearNames(client: EtcdClient, path: string): Promise<string | undefined> {
  const parts = path.replace(/\/$/, '').split('/');
  for (let depth = parts.length - 1; depth >= 1; depth--) {
    const folder = `${parts.slice(0, depth).join('/')}/`;
    if (folder === '/' || !(await hasKeys(client, folder))) continue;
    const near = nearest(parts[depth]!, await childNames(client, folder)).slice(0, 3);
    if (near.length > 0) return `did you mean ${near.map((name) => folder + name).join(' or ')}?`;
    return `${folder} is there: ls ${folder}`;
  }
  return undefined;
}

async function childNames(client: EtcdClient, path: string): Promise<string[]> {
  const folder = folderOf(path);
  const names: string[] = [];
  for await (const { key } of listFolder(client, folder)) {
    names.push(key.subarray(folder.length).toString());
    if (names.length === MOST_CHILDREN) break;
  }
  return names;
}
