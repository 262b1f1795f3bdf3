/**
 * `version` and nothing else, which scripts run to see whether the tool is there. It needs no flags, no table of commands and no cluster:
 * their code, which is most of a start, is not loaded.
 */
import { writeSync } from 'node:fs';
import { isDropIn } from '../base/contract.js';
import { identify, processName } from './mode.js';
import { versionText } from './version-text.js';

/** Prints the version, where that is all that is asked for. @returns whether it did; if not, nothing is written */
export function versionAlone(): boolean {
  const words = process.argv.slice(2);
  const { env } = process;
  if (words.length !== 1 || words[0] !== 'version' || env.KETCDCTL_AS !== undefined) return false;
  const { mode } = identify(processName(), env);
  // Variables can name a server or a format, or be ones that are warned about.
  const isHarmless = (name: string) => name === 'ETCDCTL_API' && env[name] === '3' && mode.tool === 'ketcdctl';
  if (!(mode.tool === 'ketcdctl' || isDropIn(mode))) return false;
  if (Object.keys(env).some((name) => /^K?ETCDCTL_/.test(name) && !isHarmless(name))) return false;
  try {
    writeSync(1, versionText(mode));
    return true;
  } catch {
    // A reader that is gone, a full disk: told as everywhere.
    return false;
  }
}
