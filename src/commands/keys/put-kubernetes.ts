/** What `put --as-kubernetes` stores: the object that a text is, encoded and encrypted as the API server would. */
import { ExitCode, Failure } from '../../base/errors.js';
import type { EtcdClient } from '../../etcd/client.js';
import { Cluster, type KeyPlace } from '../../k8s/cluster.js';
import { isMarked } from '../../k8s/values.js';
import { sealed } from '../../k8s/write.js';
import { isEncrypted } from '../../k8s-decode/encryption/describe.js';
import { encodeStored } from '../../k8s-decode/index.js';
import { stringField } from '../../k8s-decode/value.js';
import { parseYaml } from '../../k8s-decode/yaml/read.js';
import { prefixRange } from '../../rpc/keys.js';
import type { CommandContext } from '../command.js';

/**
 * The bytes to store for a manifest, or for the bytes of an object that are encoded already.
 * @throws Failure for a text that is not one object, or another one than the key says
 */
export async function asKubernetes(
  context: CommandContext,
  client: EtcdClient,
  key: Buffer,
  value: Buffer,
): Promise<Buffer> {
  if (isEncrypted(value)) {
    throw refused('the value is encrypted already', 'without --as-kubernetes it is written as it is');
  }
  const values = await context.values();
  const cluster = await Cluster.open(client, { values });
  const path = key.toString();
  const place = (await cluster.keyReader())(path);
  if (!place) throw refused(`${path} is no key of a resource of this cluster`, '`k8s apply` finds the key by itself');
  const plain = isMarked(value) ? value : await encoded(value, path, place);
  const { kvs } = await client.kv.range({ key });
  const [resembles] = kvs.length > 0 ? kvs : await firstOf(client, cluster.folderOf(place.resource));
  return sealed(values, plain, { key: path, resource: place.resource, resembles });
}

async function encoded(text: Buffer, key: string, { resource, namespace, name }: KeyPlace): Promise<Buffer> {
  const [object, ...others] = parseYaml(text.toString());
  if (!(object instanceof Map) || others.length > 0) throw refused('the value is not one object in YAML or JSON');
  requirePart('kind', stringField(object, 'kind'), resource.kind);
  requirePart('metadata.name', stringField(object, 'metadata', 'name'), name);
  requirePart('metadata.namespace', stringField(object, 'metadata', 'namespace'), namespace);
  return encodeStored(object, { key });
}

function requirePart(part: string, found: string | undefined, wanted: string | undefined): void {
  if ((found || undefined) === wanted) return;
  throw refused(`the key is that of ${wanted ?? 'none'}, and the object's ${part} is ${found ?? 'missing'}`);
}

async function firstOf(client: EtcdClient, folder: string) {
  return (await client.kv.range({ ...prefixRange(Buffer.from(folder)), limit: '1' })).kvs;
}

function refused(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.InvalidInput, ...(hint && { hint }) });
}
