import { VERSION } from '../base/build.js';
import { isDropIn, type Mode, type Version } from '../base/contract.js';

/** The releases whose behaviour is imitated. */
export const RELEASES: Record<Version, string> = {
  '3.4': '3.4.23',
  '3.5': '3.5.33',
  '3.6': '3.6.14',
  '3.7': '3.7.1',
  '3.8': '3.8.0-alpha.0',
};

const NEWEST_API: Version = '3.8';

/** The version of the tool that this is, and of etcd's API. */
export function versionOf(mode: Mode): { version: string; apiVersion: string } {
  return isDropIn(mode)
    ? { version: RELEASES[mode.version], apiVersion: mode.version }
    : { version: VERSION, apiVersion: NEWEST_API };
}

/** What `version` prints of that. */
export function versionText(mode: Mode): string {
  const { version, apiVersion } = versionOf(mode);
  return `${mode.tool} version: ${version}\nAPI version: ${apiVersion}\n`;
}
