import type { StoredObject } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';

/** How `k8s get` prints: resource by resource, object by object. A promise is awaited before the next call. */
export interface GetPrinter {
  begin(resource: Resource): Promise<void> | void;
  /** @throws Failure for an object that has no place in the format; those after it do */
  object(item: StoredObject): Promise<void> | undefined;
  /** All are done; `failed`: the user is told of objects that are missing. */
  end(failed: boolean): Promise<void> | void;
}

/** `pod`, `deployment.apps`: what stands before the slash where objects of several resources are listed. */
export function kindPrefix({ singular, group }: Resource): string {
  return group === '' ? singular : `${singular}.${group}`;
}
