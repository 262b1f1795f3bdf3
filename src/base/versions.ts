/** Which versions of etcd's tools have what. */
import type { Flag, Mode, Version } from './contract.js';

/** Whether the flag exists in this mode: own mode has them all. */
export function hasFlag(mode: Mode, flag: Flag): boolean {
  if (mode.tool === 'ketcdctl') return true;
  if (flag.own) return false;
  if (mode.tool === 'etcdutl' && flag.etcdutl !== undefined) return inSpan(flag.etcdutl, mode.version);
  return (flag.since ?? '3.4') <= mode.version && mode.version <= (flag.until ?? '3.9');
}

/** `3.4-`, `3.4-3.5`, or several of them: `3.4-3.4,3.6-`. */
export function inSpan(spans: string | undefined, version: Version): boolean {
  return (spans ?? '').split(',').some((span) => {
    const [first, last] = span.split('-');
    return first !== '' && first! <= version && version <= (last || '3.9');
  });
}
