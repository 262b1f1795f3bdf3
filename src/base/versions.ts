/** Which versions of etcd's tools have what. */
import { compareVersions, isDropIn, type Mode, type Version } from './contract.js';
import type { Flag } from './flags/declare.js';

/** Whether the flag exists in this mode: own mode has them all. */
export function hasFlag(mode: Mode, flag: Flag): boolean {
  if (!isDropIn(mode)) return true;
  if (flag.own) return false;
  if (mode.tool === 'etcdutl' && flag.etcdutl !== undefined) return inSpan(flag.etcdutl, mode.version);
  return isBetween(flag.since, mode.version, flag.until);
}

/** `3.4-`, `3.4-3.5`, or several of them: `3.4-3.4,3.6-`. */
export function inSpan(spans: string | undefined, version: Version): boolean {
  return (spans ?? '').split(',').some((span) => {
    const [first, last] = span.split('-');
    return first !== '' && isBetween(first, version, last || undefined);
  });
}

/** Whether the version lies between two that count, too; an end that is not given is open. */
function isBetween(first: string | undefined, version: Version, last: string | undefined): boolean {
  return compareVersions(first ?? version, version) <= 0 && compareVersions(version, last ?? version) <= 0;
}
