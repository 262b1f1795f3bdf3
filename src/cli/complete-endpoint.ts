/** What `--endpoints` may be: those of contexts, and `file:PATH` of snapshots, databases and data directories. */
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { readContexts } from '../node/contexts.js';

const FILE = 'file:';

export interface EndpointCandidates {
  /** Value and description. */
  lines: [string, string][];
  /** Something follows in the same word. */
  goesOn: boolean;
}

export function endpointCandidates(typed: string, env: NodeJS.ProcessEnv): EndpointCandidates {
  const list = typed.slice(0, typed.lastIndexOf(',') + 1);
  const last = typed.slice(list.length);
  if (list === '' && last.startsWith(FILE)) return pathCandidates(last.slice(FILE.length));
  const known = Object.values(readContexts(env).contexts).flatMap(({ endpoints = [] }) => endpoints);
  const lines = [...new Set([FILE, ...known])].map((each): [string, string] => [
    list + each,
    each === FILE ? 'a snapshot, a database or a data directory' : '',
  ]);
  return { lines, goesOn: true };
}

/** Folders and files of the last part of a path; no shell completes what stands behind `file:`. */
function pathCandidates(path: string): EndpointCandidates {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const entries = readdirSync(folder.replace(/^~(?=\/)/, homedir()) || '.', { withFileTypes: true });
  const hidden = path.slice(folder.length).startsWith('.');
  const lines = entries
    .filter(({ name }) => hidden || !name.startsWith('.'))
    .map((entry): [string, string] => [`${FILE}${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, '']);
  const whole = lines.filter(([value]) => value.startsWith(FILE + path));
  return { lines: lines.sort(), goesOn: whole.some(([value]) => value.endsWith('/')) };
}
