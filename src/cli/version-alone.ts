/**
 * `version` and nothing else, which scripts run to see whether the tool is there. It needs no flags, no table of commands and no cluster:
 * their code, which is most of a start, is not loaded.
 */
import { writeSync } from 'node:fs';
import { identify, processName } from './mode.js';
import { versionText } from './version-text.js';

/** Prints the version, where that is all that is asked for. @returns whether it did; if not, nothing is written */
export function versionAlone(): boolean {
  const words = process.argv.slice(2);
  // Variables can name a server or a format, or be ones that are warned about.
  if (words.length !== 1 || words[0] !== 'version' || Object.keys(process.env).some(isOurs)) return false;
  const { mode } = identify(processName(), process.env);
  if (mode.tool === 'auger' || mode.tool === 'augerctl') return false;
  try {
    writeSync(1, versionText(mode));
    return true;
  } catch {
    // A reader that is gone, a full disk: told as everywhere.
    return false;
  }
}

function isOurs(variable: string): boolean {
  return /^K?ETCDCTL_/.test(variable);
}
