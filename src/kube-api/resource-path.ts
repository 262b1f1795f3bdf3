/** What the path of a resource names (apiserver, pkg/endpoints/request): `/apis/apps/v1/namespaces/shop/deployments/web/scale`. */
import { apiVersionOf } from './apis.js';

export interface ResourcePath {
  group: string;
  apiVersion: string;
  plural: string;
  namespace: string | undefined;
  /** Undefined for all of them. */
  name: string | undefined;
  /** `status`, `log`; of a proxy with the path behind it. */
  subresource: string | undefined;
  /** The old way to ask for a watch: `/api/v1/watch/pods`. */
  isWatch: boolean;
}

/** What stands below a namespace itself, where else a resource in it would be named. */
const OF_NAMESPACES = ['status', 'finalize'];

/** Undefined for a path that names no resource. */
export function resourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return undefined;
  const [group = '', version = '', ...below] = isCore ? ['', ...parts.slice(1)] : parts.slice(1);
  const isWatch = below[0] === 'watch';
  const rest = isWatch ? below.slice(1) : below;
  if (version === '' || rest.length === 0) return undefined;
  const isIn = rest[0] === 'namespaces' && rest.length > 2 && !OF_NAMESPACES.includes(rest[2]!);
  const [plural = '', name, ...sub] = isIn ? rest.slice(2) : rest;
  return {
    group,
    apiVersion: apiVersionOf(group, version),
    plural,
    namespace: isIn ? rest[1] : undefined,
    name,
    subresource: sub.length > 0 ? sub.join('/') : undefined,
    isWatch,
  };
}
