/** Which message a kind is, and the tables that have been loaded. */
import { schemaLoaders } from '../schema/index.js';
import { hasMessage, type MessageRef, type SchemaPackage } from './table.js';

/** The group version whose kinds every group has (Status, DeleteOptions, …), and the metadata of all. */
const META = 'meta.k8s.io/v1';

const loaded = new Map<string, SchemaPackage | null>();

/** Loads the table of an apiVersion; undefined where nothing has to be waited for. */
export function loadSchema(apiVersion: string): Promise<void> | undefined {
  return loaded.has(apiVersion) && loaded.has(META) ? undefined : load(apiVersion);
}

async function load(apiVersion: string): Promise<void> {
  for (const wanted of [apiVersion, META]) {
    const loader = Object.hasOwn(schemaLoaders, wanted) ? schemaLoaders[wanted] : undefined;
    if (!loaded.has(wanted)) loaded.set(wanted, (await loader?.()) ?? null);
  }
}

/** The message of a kind whose table is loaded; undefined where Kubernetes has no such kind. */
export function messageOfKind(apiVersion: string, kind: string): MessageRef | undefined {
  for (const schema of [loaded.get(apiVersion), loaded.get(META)]) {
    if (schema === undefined) throw new Error(`loadSchema(${apiVersion}) comes first`);
    // Of all types that Kubernetes puts into an envelope only WatchEvent does not say what it is.
    const name = kind === '' && apiVersion === '' ? 'WatchEvent' : kind;
    if (schema && hasMessage({ schema, name })) return { schema, name };
  }
  return undefined;
}

/** The message of every object's metadata, for kinds that are not Kubernetes' own. */
export function metadataMessage(): MessageRef {
  return { schema: loaded.get(META)!, name: 'ObjectMeta' };
}
