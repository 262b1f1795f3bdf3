/** Which message a kind is, and the tables that have been loaded. */
import { schemaLoaders } from '../schema/index.js';
import { hasMessage, type MessageRef, type SchemaPackage } from './table.js';

/** The group version whose kinds every group has (Status, DeleteOptions, …), and the metadata of all. */
const META = 'meta.k8s.io/v1';

const loaded = new Map<string, SchemaPackage>();

/** Loads the table of an apiVersion; undefined where nothing has to be waited for. */
export function loadSchema(apiVersion: string): Promise<void> | undefined {
  return isMissing(apiVersion) || isMissing(META) ? load(apiVersion) : undefined;
}

/** Whether there is a table of an apiVersion, and it was not loaded yet. */
function isMissing(apiVersion: string): boolean {
  return !loaded.has(apiVersion) && Object.hasOwn(schemaLoaders, apiVersion);
}

async function load(apiVersion: string): Promise<void> {
  for (const wanted of [apiVersion, META]) {
    if (isMissing(wanted)) loaded.set(wanted, await schemaLoaders[wanted]!());
  }
}

/** The message of a kind whose table is loaded; undefined where Kubernetes has no such kind. */
export function messageOfKind(apiVersion: string, kind: string): MessageRef | undefined {
  if (isMissing(apiVersion) || isMissing(META)) throw new Error(`loadSchema(${apiVersion}) comes first`);
  for (const schema of [loaded.get(apiVersion), loaded.get(META)]) {
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
